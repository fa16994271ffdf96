package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	_ "unsafe" // go:linkname

	admissionv1 "k8s.io/api/admission/v1"
	k8serrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/plugin/policy/generic"
	"k8s.io/apiserver/pkg/admission/plugin/policy/mutating"
	"k8s.io/apiserver/pkg/admission/plugin/policy/validating"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/warning"
)

//go:linkname compileValidating k8s.io/apiserver/pkg/admission/plugin/policy/validating.compilePolicy
func compileValidating(*validating.Policy) validating.Validator

//go:linkname compileMutating k8s.io/apiserver/pkg/admission/plugin/policy/mutating.compilePolicy
func compileMutating(*mutating.Policy) mutating.PolicyEvaluator

// policyQuestion asks what policies make of one request.
type policyQuestion struct {
	// Policies and Bindings are tried in this order; upstream's own order is random.
	Policies, Bindings []json.RawMessage
	// Params are objects that bindings may refer to.
	Params []json.RawMessage
	// ParamScope is "Namespaced" or "Cluster"; by default what the first param of the kind shows.
	ParamScope string
	Namespaces []json.RawMessage
	Request    admissionv1.AdmissionRequest
	Authorizer []authorizerRule
}

// policyQuestions answers each question on in, one line per line.
func policyQuestions(in io.Reader, lines *json.Encoder) error {
	questions := bufio.NewScanner(in)
	questions.Buffer(nil, 64<<20)
	for questions.Scan() {
		var question policyQuestion
		if err := json.Unmarshal(questions.Bytes(), &question); err != nil {
			return fmt.Errorf("%q is no question: %w", questions.Text(), err)
		}
		told, err := judge(&question)
		if err != nil {
			return fmt.Errorf("%q: %w", questions.Text(), err)
		}
		if err := lines.Encode(told); err != nil {
			return err
		}
	}
	return questions.Err()
}

// judge runs the mutating policies, again if upstream would, then the validating ones.
func judge(question *policyQuestion) (answer, error) {
	world, err := newPolicyWorld(question)
	if err != nil {
		return nil, err
	}
	request, err := newRequest(&question.Request)
	if err != nil {
		return nil, err
	}
	recorder := &warnings{}
	ctx := warning.WithWarningRecorder(context.Background(), recorder)
	interfaces := admission.NewObjectInterfacesFromScheme(scheme)
	err = mutate(ctx, world, request, interfaces)
	if err == nil {
		dispatcher := validating.NewDispatcher(world.authorizer, generic.NewPolicyMatcher(world.matcher))
		err = dispatcher.Dispatch(ctx, request, interfaces, world.validating)
	}
	told := answer{"allowed": err == nil, "warnings": recorder.texts, "auditAnnotations": request.annotations}
	var status *k8serrors.StatusError
	switch {
	case errors.As(err, &status):
		told["status"] = status.ErrStatus
	case err != nil:
		told["error"] = err.Error()
	}
	if err == nil && request.GetObject() != nil {
		told["object"] = request.GetObject()
	}
	return told, nil
}

// mutate calls the mutating policies as admission's reinvoker does.
func mutate(ctx context.Context, world *policyWorld, request *policyRequest, interfaces admission.ObjectInterfaces) error {
	if request.GetOperation() == admission.Delete { // the plugin handles it, but there is nothing to patch
		return nil
	}
	dispatcher := mutating.NewDispatcher(world.authorizer, world.matcher, converters{})
	err := dispatcher.Dispatch(ctx, request, interfaces, world.mutating)
	reinvocation := request.GetReinvocationContext()
	if err != nil || !reinvocation.ShouldReinvoke() {
		return err
	}
	reinvocation.SetIsReinvoke()
	return dispatcher.Dispatch(ctx, request, interfaces, world.mutating)
}

// policyRequest is a request that shows the annotations it was given.
type policyRequest struct {
	admission.Attributes
	annotations map[string]string
}

func (r *policyRequest) AddAnnotation(key, value string) error {
	r.annotations[key] = value
	return r.Attributes.AddAnnotation(key, value)
}

func newRequest(asked *admissionv1.AdmissionRequest) (*policyRequest, error) {
	object, err := serverObject(asked.Object.Raw)
	if err != nil {
		return nil, err
	}
	old, err := serverObject(asked.OldObject.Raw)
	if err != nil {
		return nil, err
	}
	extra := map[string][]string{}
	for key, values := range asked.UserInfo.Extra {
		extra[key] = values
	}
	who := &user.DefaultInfo{Name: asked.UserInfo.Username, UID: asked.UserInfo.UID, Groups: asked.UserInfo.Groups, Extra: extra}
	dryRun := asked.DryRun != nil && *asked.DryRun
	attributes := admission.NewAttributesRecord(object, old, schema.GroupVersionKind(asked.Kind), asked.Namespace, asked.Name,
		schema.GroupVersionResource(asked.Resource), asked.SubResource, admission.Operation(asked.Operation), nil, dryRun, who)
	return &policyRequest{attributes, map[string]string{}}, nil
}

// warnings gathers what a client would be warned of.
type warnings struct{ texts []string }

func (w *warnings) AddWarning(_, text string) { w.texts = append(w.texts, text) }
