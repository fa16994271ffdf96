// Served prints how the API server sees and merges objects of the built-in kinds: for every type its
// fields, how its lists merge (from client-go's apply configurations) and which fields are there even
// when nobody wrote them (from the Go types). The Rust table `served.txt` is its output.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
)

type field struct {
	Name    string
	Type    typeRef
	Default any
}

type atom struct {
	Scalar string
	List   *list
	Map    *fieldMap
}

type list struct {
	ElementType         typeRef  `yaml:"elementType"`
	ElementRelationship string   `yaml:"elementRelationship"`
	Keys                []string `yaml:"keys"`
}

type fieldMap struct {
	Fields              []field
	ElementType         *typeRef `yaml:"elementType"`
	ElementRelationship string   `yaml:"elementRelationship"`
}

type typeRef struct {
	NamedType           string `yaml:"namedType"`
	ElementRelationship string `yaml:"elementRelationship"`
	atom                `yaml:",inline"`
}

type typeDef struct {
	Name string
	atom `yaml:",inline"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "served:", err)
		os.Exit(2)
	}
}

func run() error {
	types, err := mergeSchema()
	if err != nil {
		return err
	}
	roots := map[string]schema.GroupVersionKind{}
	goTypes := map[string]reflect.Type{}
	for gvk, t := range scheme.Scheme.AllKnownTypes() {
		if (gvk.Version != "v1" && gvk.Version != "v2") || strings.HasSuffix(gvk.Kind, "List") || types[openAPIName(t)] == nil {
			continue
		}
		roots[openAPIName(t)] = gvk
		collect(t, goTypes)
	}
	reachable := map[string]bool{}
	for name := range roots {
		reach(name, types, reachable)
	}
	short := shortNames(reachable)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	fmt.Fprintln(out, "# Made by e2e/served from k8s.io/client-go v0.37.2 (apply configuration schema) and k8s.io/api v0.37.2 (Go types).")
	fmt.Fprintln(out, "# `field type [=default of a list key] [!value when nobody wrote it] [? gone when zero]`; lists are [atomic], [set] or [keys]; `~` is an atomic map.")
	names := slices.Sorted(func(yield func(string) bool) {
		for name := range reachable {
			if !yield(name) {
				return
			}
		}
	})
	for _, name := range names {
		printType(out, name, types[name], roots, goTypes[name], short)
	}
	return nil
}

func printType(out *bufio.Writer, name string, def *typeDef, roots map[string]schema.GroupVersionKind, goType reflect.Type, short map[string]string) {
	if def.Map == nil || len(def.Map.Fields) == 0 {
		if def.Map != nil || def.List != nil {
			fmt.Fprintf(out, "%s %s\n", short[name], word(typeRef{atom: def.atom}, short))
		} else {
			fmt.Fprintf(out, "%s %s\n", short[name], scalar(def.Scalar))
		}
		return
	}
	fmt.Fprint(out, short[name])
	if def.Map.ElementRelationship == "atomic" {
		fmt.Fprint(out, " ~")
	}
	if gvk, ok := roots[name]; ok {
		fmt.Fprintf(out, " %s", gvk.GroupVersion())
	}
	fmt.Fprintln(out)
	present := alwaysPresent(goType)
	sort.Slice(def.Map.Fields, func(i, j int) bool { return def.Map.Fields[i].Name < def.Map.Fields[j].Name })
	for _, f := range def.Map.Fields {
		fmt.Fprintf(out, " %s %s", f.Name, sized(word(f.Type, short), goType, f.Name))
		if raw, err := json.Marshal(f.Default); err == nil && f.Default != nil && string(raw) != "{}" {
			fmt.Fprintf(out, " =%s", raw)
		}
		if value, ok := present[f.Name]; ok {
			fmt.Fprintf(out, " !%s", value)
		} else if vanishes(goType, f.Name) {
			fmt.Fprint(out, " ?")
		}
		fmt.Fprintln(out)
	}
}

func word(t typeRef, short map[string]string) string {
	switch {
	case strings.HasPrefix(t.NamedType, "__untyped"):
		return "any"
	case t.NamedType != "":
		prefix := ""
		if t.ElementRelationship == "atomic" {
			prefix = "~"
		}
		return prefix + short[t.NamedType]
	case t.List != nil:
		how := t.List.ElementRelationship
		if how == "associative" {
			how = "set"
			if len(t.List.Keys) > 0 {
				how = strings.Join(t.List.Keys, ",")
			}
		}
		return "[" + how + "]" + word(t.List.ElementType, short)
	case t.Map != nil && t.Map.ElementType != nil:
		prefix := "{}"
		if t.Map.ElementRelationship == "atomic" {
			prefix = "~{}"
		}
		return prefix + word(*t.Map.ElementType, short)
	default:
		return scalar(t.Scalar)
	}
}

func scalar(name string) string {
	if name == "" {
		return "untyped"
	}
	return name
}

// sized gives a whole number its size: the decoder refuses what the Go type cannot hold.
func sized(word string, t reflect.Type, name string) string {
	stem, numeric := strings.CutSuffix(word, "numeric")
	if !numeric || t == nil || t.Kind() != reflect.Struct {
		return word
	}
	f := fieldType(t, name)
	for f != nil && slices.Contains([]reflect.Kind{reflect.Pointer, reflect.Slice, reflect.Map}, f.Kind()) {
		f = f.Elem()
	}
	if f != nil && (f.Kind() == reflect.Int32 || f.Kind() == reflect.Int64) {
		return stem + f.Kind().String()
	}
	return word
}

// fieldType finds the type of a field by the name it has in JSON.
func fieldType(t reflect.Type, name string) reflect.Type {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if tag == name {
			return f.Type
		}
		if f.Anonymous && tag == "" && f.Type.Kind() == reflect.Struct {
			if found := fieldType(f.Type, name); found != nil {
				return found
			}
		}
	}
	return nil
}

// alwaysPresent says which fields encoding/json writes for the zero value, and what.
func alwaysPresent(t reflect.Type) map[string]string {
	present := map[string]string{}
	if t == nil || t.Kind() != reflect.Struct {
		return present
	}
	raw, err := json.Marshal(reflect.Zero(t).Interface())
	if err != nil {
		return present
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil {
		return present
	}
	for name, value := range fields {
		present[name] = string(value)
		if strings.HasPrefix(string(value), "{") {
			present[name] = "{}"
		}
	}
	return present
}

// vanishes says whether the server drops the field when its value is zero: written or not is then the same.
func vanishes(t reflect.Type, name string) bool {
	if t == nil || t.Kind() != reflect.Struct {
		return false
	}
	for i := range t.NumField() {
		f := t.Field(i)
		tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && tag == "" {
			if vanishes(f.Type, name) {
				return true
			}
			continue
		}
		if tag != name {
			continue
		}
		if strings.Contains(options, "omitzero") {
			return true
		}
		empty := f.Type.Kind() != reflect.Pointer && f.Type.Kind() != reflect.Struct && f.Type.Kind() != reflect.Interface
		return strings.Contains(options, "omitempty") && empty
	}
	return false
}

func collect(t reflect.Type, into map[string]reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Array:
		collect(t.Elem(), into)
	case reflect.Struct:
		if _, seen := into[openAPIName(t)]; seen {
			return
		}
		into[openAPIName(t)] = t
		for i := range t.NumField() {
			collect(t.Field(i).Type, into)
		}
	}
}

func reach(name string, types map[string]*typeDef, seen map[string]bool) {
	if seen[name] || types[name] == nil || strings.HasPrefix(name, "__untyped") {
		return
	}
	seen[name] = true
	reachAtom(types[name].atom, types, seen)
}

func reachRef(t typeRef, types map[string]*typeDef, seen map[string]bool) {
	reach(t.NamedType, types, seen)
	reachAtom(t.atom, types, seen)
}

func reachAtom(a atom, types map[string]*typeDef, seen map[string]bool) {
	if a.List != nil {
		reachRef(a.List.ElementType, types, seen)
	}
	if a.Map != nil {
		if a.Map.ElementType != nil {
			reachRef(*a.Map.ElementType, types, seen)
		}
		for _, f := range a.Map.Fields {
			reachRef(f.Type, types, seen)
		}
	}
}

func shortNames(names map[string]bool) map[string]string {
	count := map[string]int{}
	last := func(name string) string { return name[strings.LastIndex(name, ".")+1:] }
	for name := range names {
		count[last(name)]++
	}
	short := map[string]string{}
	for name := range names {
		short[name] = last(name)
		if count[last(name)] > 1 {
			parts := strings.Split(name, ".")
			short[name] = strings.Join(parts[len(parts)-3:], ".")
		}
	}
	return short
}

// openAPIName turns a Go type's package into the name its schema has.
func openAPIName(t reflect.Type) string {
	path := strings.Replace(t.PkgPath(), "k8s.io/", "io.k8s.", 1)
	return strings.ReplaceAll(path, "/", ".") + "." + t.Name()
}

// mergeSchema reads the schema that client-go keeps in an internal package.
func mergeSchema() (map[string]*typeDef, error) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "k8s.io/client-go").Output()
	if err != nil {
		return nil, fmt.Errorf("finding client-go: %w", err)
	}
	text, err := os.ReadFile(strings.TrimSpace(string(dir)) + "/applyconfigurations/internal/internal.go")
	if err != nil {
		return nil, err
	}
	_, rest, _ := strings.Cut(string(text), "YAMLObject(`")
	schemaText, _, found := strings.Cut(rest, "`)")
	if !found {
		return nil, fmt.Errorf("client-go's schema is not where it was")
	}
	var parsed struct{ Types []typeDef }
	if err := yaml.Unmarshal([]byte(schemaText), &parsed); err != nil {
		return nil, err
	}
	types := map[string]*typeDef{}
	for i := range parsed.Types {
		types[parsed.Types[i].Name] = &parsed.Types[i]
	}
	return types, nil
}
