package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"

	"k8s.io/pod-security-admission/policy"
	k8syaml "sigs.k8s.io/yaml"
)

// pssFixtures prints every fixture of Pod Security admission's own test suite: what its generators
// make, which it also ships as files (its TestFixtures holds the two against each other).
func pssFixtures(lines *json.Encoder) error {
	checks := runtime.FuncForPC(reflect.ValueOf(policy.DefaultChecks).Pointer())
	source, _ := checks.FileLine(checks.Entry())
	root := filepath.Join(filepath.Dir(source), "..", "test", "testdata")
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".yaml" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		object, err := k8syaml.YAMLToJSON(text)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		part := strings.Split(filepath.ToSlash(name), "/") // restricted/v1.29/fail/sysctls0.yaml
		return lines.Encode(answer{
			"name": part[3], "policy": part[0] + ":" + part[1], "expect": part[2], "object": json.RawMessage(object),
		})
	})
}
