package main

import (
	"bytes"
	"encoding/json"
	"errors"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/runtime"
	k8sjson "k8s.io/apimachinery/pkg/runtime/serializer/json"
)

func read(d document) []answer {
	value, err := canonical(d.raw)
	return []answer{{"line": d.contentLine(), "json": value, "error": message(errors.Join(d.err, err))}}
}

// canonical turns JSON text into the value an untyped object holds: the last of two equal keys
// wins, numbers keep their digits.
func canonical(raw []byte) (value any, err error) {
	if len(raw) > 0 {
		decoder := json.NewDecoder(bytes.NewReader(raw))
		decoder.UseNumber()
		err = decoder.Decode(&value)
	}
	return value, err
}

var scheme = func() *runtime.Scheme {
	s := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		corev1.AddToScheme, appsv1.AddToScheme, batchv1.AddToScheme,
		networkingv1.AddToScheme, policyv1.AddToScheme, rbacv1.AddToScheme,
	} {
		if err := add(s); err != nil {
			panic(err)
		}
	}
	return s
}()

// decode reads a document into its Go type as the API server reads a request body of the same
// text (application/yaml or application/json) with fieldValidation=Strict.
func decode(d document) []answer {
	if d.err != nil {
		return []answer{{"known": true, "error": message(d.err)}}
	}
	if len(d.raw) == 0 || string(d.raw) == "null" {
		return nil // kubectl skips it
	}
	_, err := typed(d, strict)
	if runtime.IsNotRegisteredError(err) {
		return []answer{{"known": false, "error": nil}}
	}
	return []answer{{"known": true, "error": message(err)}}
}

// strictness says what becomes of unknown and repeated fields.
type strictness bool

const (
	strict  strictness = true  // they are an error
	lenient strictness = false // they are dropped
)

// typed reads a document into its Go type.
func typed(d document, how strictness) (runtime.Object, error) {
	options := k8sjson.SerializerOptions{Strict: bool(how), Yaml: !d.json}
	serializer := k8sjson.NewSerializerWithOptions(k8sjson.DefaultMetaFactory, scheme, scheme, options)
	object, _, err := serializer.Decode(d.text, nil, nil)
	return object, err
}
