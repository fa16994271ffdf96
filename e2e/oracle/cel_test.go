package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// TestCEL holds the answers to what the README says of them.
func TestCEL(t *testing.T) {
	for _, c := range [][2]string{
		{`{"expr": "object.a > 1", "vars": {"object": {"a": 2}}}`, `{"cost":3,"error":null,"estimate":{"max":2,"min":2},"type":"bool","value":{"bool":true}}`},
		{`{"expr": "optional.none()", "version": "1.27"}`, `{"compile":"ERROR: <input>:1:1: undeclared reference to 'optional'`},
		{`{"expr": "JSONPatch{}"}`, `{"compile":"ERROR: <input>:1:10: undeclared reference to 'JSONPatch'`},
		{`{"expr": "JSONPatch{op: 'add'}.op", "patch": true}`, `"value":{"string":"add"}`},
		{`{"expr": "variables.a", "variables": [{"name": "a", "expression": "quantity('1Mi')"}]}`, `{"opaque":{"text":"1Mi","type":"kubernetes.Quantity"}}`},
		{`{"expr": "authorizer.path('/x').check('get').allowed()", "authorizer": [{"path": "/x", "decision": "allow"}]}`, `"value":{"bool":true}`},
		{`{"expr": "x[0] == 1", "mode": "plain", "vars": {"x": [1]}, "declare": {"x": "list(int)"}}`, `"type":"bool","value":{"bool":true}`},
	} {
		var out bytes.Buffer
		if err := celQuestions(strings.NewReader(c[0]), plainLines(&out)); err != nil || !strings.Contains(out.String(), c[1]) {
			t.Errorf("%s: %v\n%swant %s", c[0], err, out.String(), c[1])
		}
	}
}

// TestCELConformance finds the whole suite.
func TestCELConformance(t *testing.T) {
	var out bytes.Buffer
	if err := celConformance(plainLines(&out)); err != nil || bytes.Count(out.Bytes(), []byte("\n")) < 2000 {
		t.Errorf("%d cases, %v", bytes.Count(out.Bytes(), []byte("\n")), err)
	}
}

// TestPolicy asks for a mutation that a validation then refuses, and for one without its param.
func TestPolicy(t *testing.T) {
	rules := `"matchConstraints": {"resourceRules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["*"], "resources": ["configmaps"]}]}`
	question := `{"policies": [
		{"kind": "MutatingAdmissionPolicy", "metadata": {"name": "m"}, "spec": {"reinvocationPolicy": "Never", ` + rules + `,
		 "mutations": [{"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": "Object{data: {'a': 'b'}}"}}]}},
		{"kind": "ValidatingAdmissionPolicy", "metadata": {"name": "v"}, "spec": {` + rules + `,
		 "validations": [{"expression": "object.data.a != 'b'", "messageExpression": "'a is ' + object.data.a"}]}}],
	 "bindings": [{"kind": "MutatingAdmissionPolicyBinding", "metadata": {"name": "mb"}, "spec": {"policyName": "m"}},
		{"kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": "vb"}, "spec": {"policyName": "v", "validationActions": ["Warn"]}}],
	 "namespaces": [{"metadata": {"name": "n"}}],
	 "request": {"kind": {"version": "v1", "kind": "ConfigMap"}, "resource": {"version": "v1", "resource": "configmaps"},
		"name": "c", "namespace": "n", "operation": "CREATE", "object": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}}}`
	var out bytes.Buffer
	err := policyQuestions(strings.NewReader(strings.ReplaceAll(question, "\n", " ")), plainLines(&out))
	want := `{"allowed":true,"auditAnnotations":{},"object":{"metadata":{"name":"c"},"data":{"a":"b"}},` +
		`"warnings":["Validation failed for ValidatingAdmissionPolicy 'v' with binding 'vb': a is b"]}`
	if err != nil || strings.TrimSpace(out.String()) != want {
		t.Errorf("%v\n%swant %s", err, out.String(), want)
	}
}

func plainLines(out *bytes.Buffer) *json.Encoder {
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	return lines
}
