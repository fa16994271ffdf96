package main

import "go.yaml.in/yaml/v3"

// spans reads the document once more with the only Go reader that keeps positions. It is not
// the reader kubectl uses; the README lists where the two differ.
func spans(d document) []answer {
	var root yaml.Node
	if err := yaml.Unmarshal(d.text, &root); err != nil {
		return []answer{{"error": err.Error()}}
	}
	w := walker{in: d}
	for _, node := range root.Content {
		w.walk(node, []any{}, "value")
	}
	return w.told
}

type walker struct {
	in   document
	told []answer
}

func (w *walker) walk(node *yaml.Node, path []any, role string) {
	switch node.Kind {
	case yaml.ScalarNode:
		w.tell(node, path, role)
	case yaml.AliasNode:
		w.tell(node, path, "alias")
	case yaml.SequenceNode:
		for i, item := range node.Content {
			w.walk(item, step(path, i), "value")
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			// A key that is a mapping or sequence has no name; kubectl refuses it anyway.
			inside := step(path, node.Content[i].Value)
			w.walk(node.Content[i], inside, "key")
			w.walk(node.Content[i+1], inside, "value")
		}
	}
}

// tell places a node in the file. Line and column count from 1, columns count characters.
func (w *walker) tell(node *yaml.Node, path []any, role string) {
	column := node.Column
	if node.Line == 1 {
		column += w.in.column
	}
	line := w.in.line + node.Line - 1
	w.told = append(w.told, answer{"path": path, "role": role, "line": line, "column": column, "value": node.Value})
}

func step(path []any, next any) []any {
	return append(append([]any{}, path...), next)
}
