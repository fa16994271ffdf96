package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/pod-security-admission/admission"
	admissionapi "k8s.io/pod-security-admission/admission/api"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/metrics"
	"k8s.io/pod-security-admission/policy"
)

// admit answers each question on in with Pod Security admission itself, one line per line.
//
// A question holds the configuration, the labels of the request's namespace (null: there is none), the pods
// that are in it already, and the request.
func admit(in io.Reader, lines *json.Encoder) error {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		return err
	}
	questions := bufio.NewScanner(in)
	questions.Buffer(nil, 64<<20)
	for questions.Scan() {
		var asked question
		if err := json.Unmarshal(questions.Bytes(), &asked); err != nil {
			return fmt.Errorf("%q is no question: %w", questions.Text(), err)
		}
		told, err := asked.answer(evaluator)
		if err != nil {
			return fmt.Errorf("%s: %w", questions.Text(), err)
		}
		if err := lines.Encode(told); err != nil {
			return err
		}
	}
	return questions.Err()
}

type question struct {
	Defaults   map[string]string
	Exemptions struct{ Usernames, Namespaces, RuntimeClasses []string }
	Labels     map[string]string
	Pods       []json.RawMessage
	Request    request
}

func (q *question) answer(evaluator policy.Evaluator) (answer, error) {
	defaults := admissionapi.PodSecurityDefaults{
		Enforce: level(q.Defaults["enforce"]), EnforceVersion: versionOf(q.Defaults["enforce-version"]),
		Audit: level(q.Defaults["audit"]), AuditVersion: versionOf(q.Defaults["audit-version"]),
		Warn: level(q.Defaults["warn"]), WarnVersion: versionOf(q.Defaults["warn-version"]),
	}
	guard := &admission.Admission{
		Configuration: &admissionapi.PodSecurityConfiguration{
			Defaults: defaults,
			Exemptions: admissionapi.PodSecurityExemptions{
				Usernames:      q.Exemptions.Usernames,
				Namespaces:     q.Exemptions.Namespaces,
				RuntimeClasses: q.Exemptions.RuntimeClasses,
			},
		},
		Evaluator:        evaluator,
		Metrics:          silent{},
		PodSpecExtractor: admission.DefaultPodSpecExtractor{},
		NamespaceGetter:  q,
		PodLister:        q,
	}
	if err := guard.CompleteConfiguration(); err != nil {
		return nil, err
	}
	if err := guard.ValidateConfiguration(); err != nil {
		return nil, err
	}
	told := guard.Validate(context.Background(), &q.Request)
	line := answer{"allowed": told.Allowed, "warnings": told.Warnings, "audit": told.AuditAnnotations}
	if told.Result != nil {
		line["code"], line["reason"], line["message"] = told.Result.Code, told.Result.Reason, told.Result.Message
	}
	return line, nil
}

func level(word string) string {
	if word == "" {
		return "privileged"
	}
	return word
}

func versionOf(word string) string {
	if word == "" {
		return "latest"
	}
	return word
}

func (q *question) GetNamespace(context.Context, string) (*corev1.Namespace, error) {
	if q.Labels == nil {
		return nil, errors.New("not found")
	}
	namespace := &corev1.Namespace{}
	namespace.Labels = q.Labels
	return namespace, nil
}

func (q *question) ListPods(context.Context, string) ([]*corev1.Pod, error) {
	var pods []*corev1.Pod
	for _, raw := range q.Pods {
		object, err := readObject(raw)
		if err != nil {
			return nil, err
		}
		pods = append(pods, object.(*corev1.Pod))
	}
	return pods, nil
}

// request is an AdmissionRequest as the admission code wants to see it.
type request struct {
	Name, Namespace, Username, Subresource string
	Operation                              admissionv1.Operation
	Kind                                   schema.GroupVersionKind
	Resource                               schema.GroupVersionResource
	Object, OldObject                      json.RawMessage
}

func (r *request) GetName() string                          { return r.Name }
func (r *request) GetNamespace() string                     { return r.Namespace }
func (r *request) GetResource() schema.GroupVersionResource { return r.Resource }
func (r *request) GetKind() schema.GroupVersionKind         { return r.Kind }
func (r *request) GetSubresource() string                   { return r.Subresource }
func (r *request) GetOperation() admissionv1.Operation      { return r.Operation }
func (r *request) GetUserName() string                      { return r.Username }
func (r *request) GetObject() (runtime.Object, error)       { return readObject(r.Object) }
func (r *request) GetOldObject() (runtime.Object, error)    { return readObject(r.OldObject) }

// readObject decodes an object and gives it the defaults that decide verdicts; none is nil.
func readObject(text json.RawMessage) (runtime.Object, error) {
	if len(text) == 0 || string(text) == "null" {
		return nil, nil
	}
	object, err := typed(document{text: text, json: true}, lenient)
	if err != nil {
		return nil, err
	}
	if pod, ok := object.(*corev1.Pod); ok {
		setDefaults(&pod.Spec, true)
	} else if template, err := podOf(object); err == nil {
		setDefaults(&template.Spec, false)
	}
	return object, nil
}

// silent counts nothing.
type silent struct{}

func (silent) RecordEvaluation(metrics.Decision, api.LevelVersion, metrics.Mode, api.Attributes) {}
func (silent) RecordExemption(api.Attributes)                                                    {}
func (silent) RecordError(bool, api.Attributes)                                                  {}
