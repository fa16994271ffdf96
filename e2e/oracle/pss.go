package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// pss answers each question on in with Pod Security admission's own evaluator, one line per line.
//
// A question is {"policy": "restricted:v1.29", "object": {…}}; without an object it is asked of the
// object before.
func pss(in io.Reader, lines *json.Encoder) error {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		return err
	}
	var pod *corev1.PodTemplateSpec
	var unread error
	questions := bufio.NewScanner(in)
	questions.Buffer(nil, 64<<20)
	for questions.Scan() {
		var question struct {
			Policy string
			Object json.RawMessage
		}
		if err := json.Unmarshal(questions.Bytes(), &question); err != nil {
			return fmt.Errorf("%q is no question: %w", questions.Text(), err)
		}
		if question.Object != nil {
			pod, unread = readPod(question.Object)
		}
		asked, err := readPolicy(question.Policy)
		if err == nil {
			err = unread
		}
		line := answer{"error": message(err)}
		if err == nil {
			told := policy.AggregateCheckResults(evaluator.EvaluatePod(asked, &pod.ObjectMeta, &pod.Spec))
			line = answer{"allowed": told.Allowed, "message": told.ForbiddenDetail()}
		}
		if err := lines.Encode(line); err != nil {
			return err
		}
	}
	return questions.Err()
}

func readPolicy(text string) (asked api.LevelVersion, err error) {
	level, version, _ := strings.Cut(text, ":")
	if asked.Level, err = api.ParseLevel(level); err == nil {
		asked.Version, err = api.ParseVersion(version)
	}
	if err != nil {
		err = fmt.Errorf("policy %q: %w", text, err)
	}
	return asked, err
}

// readPod finds the pod in an object as admission.DefaultPodSpecExtractor does, after the defaults
// that the API server has set by then.
func readPod(text []byte) (*corev1.PodTemplateSpec, error) {
	object, err := typed(document{text: text, json: true}, lenient)
	if err != nil {
		return nil, err
	}
	pod, err := podOf(object)
	if err != nil {
		return nil, err
	}
	_, bare := object.(*corev1.Pod)
	setDefaults(&pod.Spec, bare)
	return pod, nil
}

func podOf(object runtime.Object) (*corev1.PodTemplateSpec, error) {
	switch o := object.(type) {
	case *corev1.Pod:
		return &corev1.PodTemplateSpec{ObjectMeta: o.ObjectMeta, Spec: o.Spec}, nil
	case *corev1.PodTemplate:
		return &o.Template, nil
	case *corev1.ReplicationController:
		if o.Spec.Template != nil {
			return o.Spec.Template, nil
		}
	case *appsv1.ReplicaSet:
		return &o.Spec.Template, nil
	case *appsv1.Deployment:
		return &o.Spec.Template, nil
	case *appsv1.DaemonSet:
		return &o.Spec.Template, nil
	case *appsv1.StatefulSet:
		return &o.Spec.Template, nil
	case *batchv1.Job:
		return &o.Spec.Template, nil
	case *batchv1.CronJob:
		return &o.Spec.JobTemplate.Spec.Template, nil
	}
	return nil, fmt.Errorf("no pod in %s", object.GetObjectKind().GroupVersionKind())
}

// setDefaults sets what decides verdicts of SetDefaults_Volume and SetDefaults_Pod
// (kubernetes/kubernetes, pkg/apis/core/v1/defaults.go), which is no library.
func setDefaults(spec *corev1.PodSpec, bare bool) {
	for i := range spec.Volumes {
		if source := &spec.Volumes[i].VolumeSource; reflect.ValueOf(*source).IsZero() {
			source.EmptyDir = &corev1.EmptyDirVolumeSource{}
		}
	}
	if !bare || !spec.HostNetwork {
		return
	}
	for _, containers := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
		for _, container := range containers {
			for i := range container.Ports {
				if port := &container.Ports[i]; port.HostPort == 0 {
					port.HostPort = port.ContainerPort
				}
			}
		}
	}
}
