package main

import (
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	policyv1beta1 "k8s.io/api/policy/v1beta1"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	api "k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	"k8s.io/kubernetes/pkg/apis/policy"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	"k8s.io/kubernetes/pkg/apis/policy/validation"
)

var (
	lenient = serializer.NewCodecFactory(legacyscheme.Scheme).UniversalDeserializer()
	strict  = serializer.NewCodecFactory(legacyscheme.Scheme, serializer.EnableStrict).UniversalDeserializer()
)

// readPod reads a pod as the API server does: what it does not know is dropped, what is missing filled in.
func readPod(raw json.RawMessage) (*api.Pod, error) {
	object, _, err := lenient.Decode(raw, nil, &corev1.Pod{})
	if err != nil {
		return nil, err
	}
	legacyscheme.Scheme.Default(object)
	pod := &api.Pod{}
	return pod, legacyscheme.Scheme.Convert(object, pod, nil)
}

// writePod is the pod as the API server would send it.
func writePod(pod *api.Pod) (*corev1.Pod, error) {
	out := &corev1.Pod{}
	err := legacyscheme.Scheme.Convert(pod.DeepCopy(), out, nil)
	out.APIVersion, out.Kind = "v1", "Pod"
	return out, err
}

// readPolicy reads a policy and says what the API server finds wrong with it.
func readPolicy(raw json.RawMessage) (*policyv1beta1.PodSecurityPolicy, []string, error) {
	object, _, err := strict.Decode(raw, nil, nil)
	if err != nil {
		return nil, []string{err.Error()}, nil
	}
	versioned, ok := object.(*policyv1beta1.PodSecurityPolicy)
	if !ok {
		return nil, nil, fmt.Errorf("a %T is no policy", object)
	}
	legacyscheme.Scheme.Default(versioned)
	internal := &policy.PodSecurityPolicy{}
	if err := legacyscheme.Scheme.Convert(versioned, internal, nil); err != nil {
		return nil, nil, err
	}
	var wrong []string
	for _, err := range validation.ValidatePodSecurityPolicy(internal) {
		wrong = append(wrong, err.Error())
	}
	return versioned, wrong, nil
}
