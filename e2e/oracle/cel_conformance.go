package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"runtime"

	_ "cel.dev/expr/conformance/proto2" // messages that cases contain
	_ "cel.dev/expr/conformance/proto3"
	conformance "cel.dev/expr/conformance/test"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/encoding/prototext"
)

// celConformance prints every case of the CEL specification's own suite, as protobuf writes it in JSON.
func celConformance(lines *json.Encoder) error {
	method, _ := reflect.TypeFor[*conformance.SimpleTestFile]().MethodByName("GetSection")
	source, _ := runtime.FuncForPC(method.Func.Pointer()).FileLine(method.Func.Pointer())
	files, err := filepath.Glob(filepath.Join(filepath.Dir(source), "../../tests/simple/testdata/*.textproto"))
	if err != nil {
		return err
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var file conformance.SimpleTestFile
		if err := prototext.Unmarshal(text, &file); err != nil {
			return err
		}
		for _, section := range file.GetSection() {
			for _, test := range section.GetTest() {
				told, err := protojson.Marshal(test)
				if err != nil {
					return err
				}
				line := answer{"file": file.GetName(), "section": section.GetName(), "test": json.RawMessage(told)}
				if err := lines.Encode(line); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
