package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
)

// source is the types of one Kubernetes version, read package by package as they are asked for.
// Names carry their package: k8s.io/api/core/v1.PodSpec.
type source struct {
	folders map[string]string // module → where its files are
	types   map[string]ast.Expr
	docs    map[string]string
	values  map[string][]string // constants of a named string type, in source order
	consts  map[string]string
	imports map[string]map[string]string // package → name in that package's files → package
}

// field is a struct field as JSON has it.
type field struct {
	name  string
	shape string // "", "[]", "map[string]" or combinations
	base  string // scalar class, or the full name of a struct or string type
	marks []string
}

func newSource() *source {
	return &source{
		map[string]string{}, map[string]ast.Expr{}, map[string]string{}, map[string][]string{},
		map[string]string{}, map[string]map[string]string{},
	}
}

// outside are the types of other packages, whose Go shape says nothing about their JSON.
var outside = map[string]string{
	"k8s.io/apimachinery/pkg/api/resource.Quantity":   "quantity",
	"k8s.io/apimachinery/pkg/util/intstr.IntOrString": "intstr",
	"k8s.io/apimachinery/pkg/runtime.RawExtension":    "any",
	"k8s.io/apimachinery/pkg/types.UID":               "string",
	"k8s.io/apimachinery/pkg/types.NodeName":          "string",
	"k8s.io/apimachinery/pkg/apis/meta/v1.Time":       "time",
	"k8s.io/apimachinery/pkg/apis/meta/v1.MicroTime":  "time",
	"k8s.io/apimachinery/pkg/apis/meta/v1.FieldsV1":   "any",
	"k8s.io/apimachinery/pkg/apis/meta/v1.Fields":     "any",
	"string": "string", "bool": "bool", "int32": "int32", "int64": "int64", "int": "int64",
	"float32": "number", "float64": "number",
}

// lookup returns a type, reading its package on first use; nil if there is none of that name.
func (s *source) lookup(name string) (ast.Expr, error) {
	own := name[:strings.LastIndex(name, ".")]
	if s.imports[own] != nil {
		return s.types[name], nil
	}
	for module, folder := range s.folders {
		if strings.HasPrefix(own, module+"/") {
			err := s.load(own, filepath.Join(folder, strings.TrimPrefix(own, module)))
			return s.types[name], err
		}
	}
	return nil, fmt.Errorf("%s is in no known module", name)
}

func (s *source) load(own, folder string) error {
	s.imports[own] = map[string]string{}
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return err
	}
	for _, path := range files {
		name := filepath.Base(path)
		if strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "zz_") || strings.HasPrefix(name, "generated") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		s.add(own, file)
	}
	return nil
}

func (s *source) add(own string, file *ast.File) {
	for _, spec := range file.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		name := path[strings.LastIndex(path, "/")+1:]
		if spec.Name != nil {
			name = spec.Name.Name
		}
		s.imports[own][name] = path
	}
	for _, declaration := range file.Decls {
		general, ok := declaration.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range general.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				name := own + "." + spec.Name.Name
				s.types[name] = spec.Type
				s.docs[name] = general.Doc.Text() + spec.Doc.Text() + directives(general.Doc) + directives(spec.Doc)
			case *ast.ValueSpec:
				s.constant(own, spec)
			}
		}
	}
}

// directives are the lines Text drops, such as //+enum.
func directives(doc *ast.CommentGroup) string {
	if doc == nil {
		return ""
	}
	var text strings.Builder
	for _, line := range doc.List {
		text.WriteString(strings.TrimSpace(strings.TrimPrefix(line.Text, "//")) + "\n")
	}
	return text.String()
}

func (s *source) constant(own string, spec *ast.ValueSpec) {
	for i, name := range spec.Names {
		if i >= len(spec.Values) {
			continue
		}
		var value string
		switch given := spec.Values[i].(type) {
		case *ast.BasicLit:
			value, _ = strconv.Unquote(given.Value)
		case *ast.Ident:
			value = s.consts[own+"."+given.Name]
		}
		s.consts[own+"."+name.Name] = value
		if kind, ok := spec.Type.(*ast.Ident); ok && value != "" {
			s.values[own+"."+kind.Name] = append(s.values[own+"."+kind.Name], value)
		}
	}
}

// fields returns the JSON fields of a struct, those of inlined structs included.
func (s *source) fields(name string) ([]field, error) {
	definition, err := s.lookup(name)
	structure, ok := definition.(*ast.StructType)
	if err != nil || !ok {
		return nil, fmt.Errorf("%s is not a struct: %w", name, err)
	}
	own := name[:strings.LastIndex(name, ".")]
	var found []field
	for _, f := range structure.Fields.List {
		if f.Tag == nil {
			return nil, fmt.Errorf("%s has a field without tag", name)
		}
		tag, _ := strconv.Unquote(f.Tag.Value)
		key, _, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
		shape, base, err := s.resolve(own, f.Type)
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", name, key, err)
		}
		if key == "-" {
			continue
		}
		if key == "" {
			inlined, err := s.fields(base)
			if err != nil {
				return nil, err
			}
			found = append(found, inlined...)
			continue
		}
		found = append(found, field{key, shape, base, marks(f.Doc)})
	}
	return found, nil
}

// resolve follows names and pointers down to what JSON shows.
func (s *source) resolve(own string, expression ast.Expr) (shape, base string, err error) {
	switch e := expression.(type) {
	case *ast.StarExpr:
		return s.resolve(own, e.X)
	case *ast.ArrayType:
		if item, ok := e.Elt.(*ast.Ident); ok && item.Name == "byte" {
			return "", "bytes", nil
		}
		shape, base, err = s.resolve(own, e.Elt)
		return "[]" + shape, base, err
	case *ast.MapType:
		shape, base, err = s.resolve(own, e.Value)
		return "map[string]" + shape, base, err
	case *ast.Ident:
		if class, ok := outside[e.Name]; ok {
			return "", class, nil
		}
		return s.named(own + "." + e.Name)
	case *ast.SelectorExpr:
		return s.named(s.imports[own][e.X.(*ast.Ident).Name] + "." + e.Sel.Name)
	}
	return "", "", fmt.Errorf("unknown type %T", expression)
}

func (s *source) named(name string) (shape, base string, err error) {
	if class, ok := outside[name]; ok {
		return "", class, nil
	}
	definition, err := s.lookup(name)
	if err != nil || definition == nil {
		return "", "", fmt.Errorf("unknown type %s: %w", name, err)
	}
	if _, ok := definition.(*ast.StructType); ok {
		return "", name, nil
	}
	shape, base, err = s.resolve(name[:strings.LastIndex(name, ".")], definition)
	if base == "string" && shape == "" && len(s.values[name]) > 0 {
		base = name
	}
	return shape, base, err
}

var (
	gate       = regexp.MustCompile(`\+featureGate=(\w+)`)
	alpha      = regexp.MustCompile(`(?i)\balpha[- ](level|field|feature)|\bis (an |in )?alpha\b|\(alpha\)`)
	deprecated = regexp.MustCompile(`(?i)\b(deprecated[:.]|is deprecated|deprecatedserviceaccount)`)
)

// marks are what the comment above a field says about its maturity.
func marks(doc *ast.CommentGroup) (found []string) {
	text := strings.ReplaceAll(directives(doc), "\n", " ")
	if alpha.MatchString(text) {
		found = append(found, "alpha")
	}
	if deprecated.MatchString(text) {
		found = append(found, "deprecated")
	}
	if named := gate.FindStringSubmatch(text); named != nil {
		found = append(found, "gate:"+named[1])
	}
	return found
}
