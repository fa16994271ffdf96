package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sort"
	"strings"

	corev1 "k8s.io/api/core/v1"
	policyv1beta1 "k8s.io/api/policy/v1beta1"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/tools/cache"
	api "k8s.io/kubernetes/pkg/apis/core"
	"k8s.io/kubernetes/pkg/features"
	podregistry "k8s.io/kubernetes/pkg/registry/core/pod"
	psp "k8s.io/kubernetes/pkg/security/podsecuritypolicy"
	plugin "k8s.io/kubernetes/plugin/pkg/admission/security/podsecuritypolicy"
)

// question is one line of input.
type question struct {
	// Stored policies are older than what is asked of new ones: the plugin uses them whatever is wrong.
	Stored      bool              `json:"stored"`
	Policies    []json.RawMessage `json:"policies"`
	Authorized  *[]string         `json:"authorized"` // absent: all
	Operation   string            `json:"operation"`  // CREATE or UPDATE
	Pass        string            `json:"pass"`       // mutating or validating
	Subresource string            `json:"subresource"`
	Pod         json.RawMessage   `json:"pod"`
	Old         json.RawMessage   `json:"old"`
}

// told is one line of output.
type told struct {
	// PolicyErrors holds, policy by policy, what the API server finds wrong with it.
	PolicyErrors [][]string `json:"policyErrors"`
	// Used says, policy by policy, whether the plugin has it to choose from.
	Used []bool `json:"used"`
	// PodError says why the pod cannot be read.
	PodError string `json:"podError,omitempty"`
	Allowed  bool   `json:"allowed"`
	// Annotations are those of the audit event; none when nothing was judged.
	Annotations map[string]string `json:"annotations"`
	// Message is the denial from `PodSecurityPolicy:` on; policies stand in it in random order.
	Message string `json:"message,omitempty"`
	// Errors are those of the policies that may be used, by their names.
	Errors [][]string `json:"errors"`
	// Defaulted is the pod as it comes to the plugin, Mutated as it leaves it, Synced as it is stored when new.
	Defaulted *corev1.Pod `json:"defaulted"`
	Mutated   *corev1.Pod `json:"mutated"`
	Synced    *corev1.Pod `json:"synced"`
}

// upstream is the admission plugin with a store of policies and a list of those that may be used.
type upstream struct {
	plugin     admission.Interface
	store      cache.Store
	authorized *[]string
}

func newPlugin() (*upstream, error) {
	// Off by default it would reset procMount between the two passes, which is no matter of policies.
	if err := utilfeature.DefaultMutableFeatureGate.Set(string(features.ProcMountType) + "=true"); err != nil {
		return nil, err
	}
	u := &upstream{}
	factory := informers.NewSharedInformerFactory(nil, 0)
	u.store = factory.Policy().V1beta1().PodSecurityPolicies().Informer().GetStore()
	plugins := admission.NewPlugins()
	plugin.Register(plugins)
	made, err := plugins.InitPlugin(plugin.PluginName, nil, initializer(func(made admission.Interface) {
		p := made.(*plugin.Plugin)
		p.SetAuthorizer(u)
		p.SetExternalKubeInformerFactory(factory)
	}))
	u.plugin = made
	return u, err
}

type initializer func(admission.Interface)

func (i initializer) Initialize(plugin admission.Interface) { i(plugin) }

// Authorize lets everyone use the listed policies.
func (u *upstream) Authorize(_ context.Context, a authorizer.Attributes) (authorizer.Decision, string, error) {
	if a.GetVerb() != "use" || a.GetResource() != "podsecuritypolicies" || a.GetAPIGroup() != "policy" {
		return authorizer.DecisionNoOpinion, "", nil
	}
	if u.authorized == nil {
		return authorizer.DecisionAllow, "", nil
	}
	for _, name := range *u.authorized {
		if name == a.GetName() {
			return authorizer.DecisionAllow, "", nil
		}
	}
	return authorizer.DecisionNoOpinion, "", nil
}

func (u *upstream) answer(q question) (*told, error) {
	out := &told{}
	var policies []*policyv1beta1.PodSecurityPolicy
	var stored []interface{}
	for _, raw := range q.Policies {
		p, wrong, err := readPolicy(raw)
		if err != nil {
			return nil, err
		}
		out.PolicyErrors = append(out.PolicyErrors, wrong)
		used := p != nil && (len(wrong) == 0 || q.Stored)
		if used {
			policies = append(policies, p)
			stored = append(stored, p)
			_, err := psp.NewSimpleProvider(p, "", psp.NewSimpleStrategyFactory())
			used = err == nil
		}
		out.Used = append(out.Used, used)
	}
	pod, err := readPod(q.Pod)
	if err != nil {
		out.PodError = err.Error()
		return out, nil
	}
	var old *api.Pod
	if q.Operation == "UPDATE" {
		if old, err = readPod(q.Old); err != nil {
			return nil, err
		}
	}
	if out.Defaulted, err = writePod(pod); err != nil {
		return nil, err
	}
	if err := u.store.Replace(stored, ""); err != nil {
		return nil, err
	}
	u.authorized = q.Authorized
	if err := u.judge(q, pod, old, policies, out); err != nil {
		return nil, err
	}
	if out.Mutated, err = writePod(pod); err != nil {
		return nil, err
	}
	if q.Operation == "CREATE" {
		podregistry.Strategy.PrepareForCreate(context.Background(), pod)
		out.Synced, err = writePod(pod)
	}
	return out, err
}

func (u *upstream) judge(q question, pod, old *api.Pod, policies []*policyv1beta1.PodSecurityPolicy, out *told) error {
	before := pod.DeepCopy()
	a := &attributes{annotations: map[string]string{}}
	a.Attributes = newRecord(q, pod, old)
	var err error
	if q.Pass == "validating" {
		err = u.plugin.(admission.ValidationInterface).Validate(context.Background(), a, nil)
	} else {
		err = u.plugin.(admission.MutationInterface).Admit(context.Background(), a, nil)
	}
	out.Allowed, out.Annotations = err == nil, a.annotations
	if err == nil {
		return nil
	}
	_, message, found := strings.Cut(err.Error(), " is forbidden: ")
	if !found {
		return fmt.Errorf("an unexpected denial: %w", err)
	}
	out.Message = message
	out.Errors = u.errors(before, policies)
	return consistent(out)
}

// errors asks each policy apart, in the order of names: in the denial they stand in random order.
func (u *upstream) errors(pod *api.Pod, policies []*policyv1beta1.PodSecurityPolicy) [][]string {
	sort.Slice(policies, func(i, j int) bool { return policies[i].Name < policies[j].Name })
	var all [][]string
	for _, p := range policies {
		provider, err := psp.NewSimpleProvider(p, pod.Namespace, psp.NewSimpleStrategyFactory())
		if err != nil || !u.may(p.Name) {
			continue
		}
		own := pod.DeepCopy()
		var texts []string
		if err := provider.MutatePod(own); err != nil {
			texts = append(texts, err.Error())
		}
		for _, err := range provider.ValidatePod(own) {
			texts = append(texts, err.Error())
		}
		if len(texts) > 0 {
			all = append(all, texts)
		}
	}
	return all
}

func (u *upstream) may(name string) bool {
	decision, _, _ := u.Authorize(context.Background(), record(name))
	return decision == authorizer.DecisionAllow
}

// consistent says whether the parts make up the denial, in whatever order.
func consistent(out *told) error {
	if strings.HasSuffix(out.Message, "no providers available to validate pod request") {
		return nil
	}
	length, open := 0, strings.Index(out.Message, "[")
	for _, texts := range out.Errors {
		for _, text := range texts {
			length += len(text) + 1
			if !strings.Contains(out.Message, text) {
				return fmt.Errorf("the denial %q lacks %q", out.Message, text)
			}
		}
	}
	if length == 0 {
		length = 1
	}
	if open+length+1 != len(out.Message) {
		return fmt.Errorf("the denial %q holds more than %q", out.Message, out.Errors)
	}
	return nil
}

// attributes keeps the audit annotations.
type attributes struct {
	admission.Attributes
	annotations map[string]string
}

func (a *attributes) AddAnnotation(key, value string) error {
	a.annotations[key] = value
	return nil
}

func newRecord(q question, pod, old *api.Pod) admission.Attributes {
	operation := admission.Create
	if q.Operation == "UPDATE" {
		operation = admission.Update
	}
	who := &user.DefaultInfo{Name: "someone"}
	kind, resource := api.Kind("Pod").WithVersion("v1"), api.Resource("pods").WithVersion("v1")
	if old == nil {
		return admission.NewAttributesRecord(pod, nil, kind, pod.Namespace, pod.Name, resource, q.Subresource, operation, nil, false, who)
	}
	return admission.NewAttributesRecord(pod, old, kind, pod.Namespace, pod.Name, resource, q.Subresource, operation, nil, false, who)
}

func record(name string) authorizer.Attributes {
	return authorizer.AttributesRecord{Verb: "use", Name: name, APIGroup: "policy", Resource: "podsecuritypolicies", ResourceRequest: true}
}
