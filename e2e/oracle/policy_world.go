package main

import (
	"context"
	"encoding/json"
	"fmt"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/apiserver/pkg/admission/plugin/policy/matching"
	"k8s.io/apiserver/pkg/admission/plugin/policy/mutating"
	"k8s.io/apiserver/pkg/admission/plugin/policy/validating"
	"k8s.io/client-go/applyconfigurations"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	listers "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
)

// policyWorld is what the API server has at hand when a request comes.
type policyWorld struct {
	authorizer ruleAuthorizer
	matcher    *matching.Matcher
	params     map[schema.GroupVersionKind]*paramStore
	validating []validating.PolicyHook
	mutating   []mutating.PolicyHook
}

func newPolicyWorld(question *policyQuestion) (*policyWorld, error) {
	namespaces := cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{})
	for _, text := range question.Namespaces {
		var namespace corev1.Namespace
		if err := json.Unmarshal(text, &namespace); err != nil {
			return nil, err
		}
		if err := namespaces.Add(&namespace); err != nil {
			return nil, err
		}
	}
	world := &policyWorld{
		authorizer: question.Authorizer,
		matcher:    matching.NewMatcher(listers.NewNamespaceLister(namespaces), fake.NewClientset()),
		params:     map[schema.GroupVersionKind]*paramStore{},
	}
	for _, text := range question.Params {
		if err := world.addParam(text, question.ParamScope); err != nil {
			return nil, err
		}
	}
	for _, text := range question.Policies {
		if err := world.addPolicy(text, question); err != nil {
			return nil, err
		}
	}
	return world, nil
}

func (world *policyWorld) addPolicy(text json.RawMessage, question *policyQuestion) error {
	var kind metav1.TypeMeta
	if err := json.Unmarshal(text, &kind); err != nil {
		return err
	}
	switch kind.Kind {
	case "ValidatingAdmissionPolicy":
		return world.addValidating(text, question)
	case "MutatingAdmissionPolicy":
		return world.addMutating(text, question)
	}
	return fmt.Errorf("%q is no kind of policy", kind.Kind)
}

func (world *policyWorld) addValidating(text json.RawMessage, question *policyQuestion) error {
	policy := &validating.Policy{}
	if err := json.Unmarshal(text, policy); err != nil {
		return err
	}
	defaultMatch(policy.Spec.MatchConstraints)
	if policy.Spec.FailurePolicy == nil {
		policy.Spec.FailurePolicy = new(admissionregistrationv1.Fail)
	}
	hook := validating.PolicyHook{Policy: policy, Evaluator: compileValidating(policy)}
	for _, text := range question.Bindings {
		binding := &validating.PolicyBinding{}
		if err := json.Unmarshal(text, binding); err != nil {
			return err
		}
		if binding.Kind == "ValidatingAdmissionPolicyBinding" && binding.Spec.PolicyName == policy.Name {
			defaultMatch(binding.Spec.MatchResources)
			hook.Bindings = append(hook.Bindings, binding)
		}
	}
	hook.ParamInformer, hook.ParamScope, hook.ConfigurationError = world.informer(policy.Spec.ParamKind, question.ParamScope)
	if len(hook.Bindings) > 0 {
		world.validating = append(world.validating, hook)
	}
	return nil
}

func (world *policyWorld) addMutating(text json.RawMessage, question *policyQuestion) error {
	policy := &mutating.Policy{}
	if err := json.Unmarshal(text, policy); err != nil {
		return err
	}
	defaultMatch(policy.Spec.MatchConstraints)
	if policy.Spec.FailurePolicy == nil {
		policy.Spec.FailurePolicy = new(admissionregistrationv1.Fail)
	}
	hook := mutating.PolicyHook{Policy: policy, Evaluator: compileMutating(policy)}
	for _, text := range question.Bindings {
		binding := &mutating.PolicyBinding{}
		if err := json.Unmarshal(text, binding); err != nil {
			return err
		}
		if binding.Kind == "MutatingAdmissionPolicyBinding" && binding.Spec.PolicyName == policy.Name {
			defaultMatch(binding.Spec.MatchResources)
			hook.Bindings = append(hook.Bindings, binding)
		}
	}
	hook.ParamInformer, hook.ParamScope, hook.ConfigurationError = world.informer(policy.Spec.ParamKind, question.ParamScope)
	if len(hook.Bindings) > 0 {
		world.mutating = append(world.mutating, hook)
	}
	return nil
}

// defaultMatch sets the defaults of kubernetes/kubernetes, pkg/apis/admissionregistration/v1/defaults.go,
// which is no library.
func defaultMatch(match *admissionregistrationv1.MatchResources) {
	if match == nil {
		return
	}
	if match.MatchPolicy == nil {
		match.MatchPolicy = new(admissionregistrationv1.Equivalent)
	}
	if match.NamespaceSelector == nil {
		match.NamespaceSelector = &metav1.LabelSelector{}
	}
	if match.ObjectSelector == nil {
		match.ObjectSelector = &metav1.LabelSelector{}
	}
	for _, rules := range [][]admissionregistrationv1.NamedRuleWithOperations{match.ResourceRules, match.ExcludeResourceRules} {
		for i := range rules {
			if rules[i].Scope == nil {
				rules[i].Scope = new(admissionregistrationv1.AllScopes)
			}
		}
	}
}

// serverObject is the object as the server holds it: its own kinds in Go types, others untyped.
func serverObject(text json.RawMessage) (runtime.Object, error) {
	object, err := celObject(text, true)
	if runtime.IsNotRegisteredError(err) {
		return celObject(text, false)
	}
	return object, err
}

// paramStore is an informer that has heard of all params of one kind.
type paramStore struct {
	cache.SharedIndexInformer
	objects cache.Indexer
	scope   meta.RESTScope
}

func (p *paramStore) HasSynced() bool                     { return true }
func (p *paramStore) Informer() cache.SharedIndexInformer { return p }
func (p *paramStore) Lister() cache.GenericLister {
	return cache.NewGenericLister(p.objects, schema.GroupResource{Resource: "params"})
}

func (world *policyWorld) addParam(text json.RawMessage, scope string) error {
	object, err := serverObject(text)
	if err != nil {
		return err
	}
	kind := object.GetObjectKind().GroupVersionKind()
	accessor, err := meta.Accessor(object)
	if err != nil {
		return err
	}
	store := world.params[kind]
	if store == nil {
		index := cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc}
		store = &paramStore{objects: cache.NewIndexer(cache.MetaNamespaceKeyFunc, index), scope: restScope(scope, accessor.GetNamespace() != "")}
		world.params[kind] = store
	}
	if _, untyped := object.(*unstructured.Unstructured); !untyped {
		object.GetObjectKind().SetGroupVersionKind(schema.GroupVersionKind{}) // as an informer has them
	}
	return store.objects.Add(object)
}

func restScope(asked string, namespaced bool) meta.RESTScope {
	if asked == "Namespaced" || asked == "" && namespaced {
		return meta.RESTScopeNamespace
	}
	return meta.RESTScopeRoot
}

func (world *policyWorld) informer(kind *admissionregistrationv1.ParamKind, scope string) (informers.GenericInformer, meta.RESTScope, error) {
	if kind == nil {
		return nil, nil, nil
	}
	wanted := schema.FromAPIVersionAndKind(kind.APIVersion, kind.Kind)
	if found := world.params[wanted]; found != nil {
		return found, found.scope, nil
	}
	index := cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc}
	empty := &paramStore{objects: cache.NewIndexer(cache.MetaNamespaceKeyFunc, index), scope: restScope(scope, true)}
	return empty, empty.scope, nil
}

// converters merges apply configurations by the schemas of built-in kinds; a kind without one is
// merged by what its objects show, lists as a whole.
type converters struct{}

func (converters) Run(context.Context) {}

var (
	builtInConverter = applyconfigurations.NewTypeConverter(scheme)
	deducedConverter = managedfields.NewDeducedTypeConverter()
)

func (converters) GetTypeConverter(kind schema.GroupVersionKind) managedfields.TypeConverter {
	if scheme.Recognizes(kind) {
		return builtInConverter
	}
	return deducedConverter
}
