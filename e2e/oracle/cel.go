package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/google/cel-go/cel"
	celtypes "github.com/google/cel-go/common/types"
	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apiserver/pkg/admission"
	plugincel "k8s.io/apiserver/pkg/admission/plugin/cel"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/cel/library"
)

// celQuestion asks what one expression means.
type celQuestion struct {
	Expr string
	// Mode is "admission" (default), "plain" (the server's libraries, every variable dyn) or "core"
	// (cel-go alone with all its extensions).
	Mode string
	// Version is that of an API server, "1.34", which checks a new expression; or "stored" (default),
	// the expressions a server finds already stored.
	Version string
	Vars    map[string]json.RawMessage
	// Declare gives variables of the modes plain and core a type other than dyn.
	Declare map[string]string
	// Patch makes Object, JSONPatch and jsonpatch known, as in mutations.
	Patch bool
	// NoParams and NoAuthorizer leave the variables undeclared.
	NoParams, NoAuthorizer bool
	Variables              []struct{ Name, Expression string }
	Authorizer             []authorizerRule
	// Typed reads objects into Go types first, as the server does with its own kinds.
	Typed bool
}

// celQuestions answers each question on in, one line per line.
func celQuestions(in io.Reader, lines *json.Encoder) error {
	questions := bufio.NewScanner(in)
	questions.Buffer(nil, 64<<20)
	oracle := celOracle{environments: map[string]*celEnvironment{}}
	vars := map[string]json.RawMessage{}
	for questions.Scan() {
		var question celQuestion
		if err := json.Unmarshal(questions.Bytes(), &question); err != nil {
			return fmt.Errorf("%q is no question: %w", questions.Text(), err)
		}
		// Without variables a question is asked of those before.
		if question.Vars == nil {
			question.Vars = vars
		}
		vars = question.Vars
		told, err := oracle.ask(question)
		if err != nil {
			return fmt.Errorf("%q: %w", questions.Text(), err)
		}
		if err := lines.Encode(told); err != nil {
			return err
		}
	}
	return questions.Err()
}

type celOracle struct {
	environments map[string]*celEnvironment
}

func (o *celOracle) ask(question celQuestion) (answer, error) {
	environment, err := o.environment(question)
	if err != nil {
		return nil, err
	}
	told := answer{}
	if environment.compiler != nil {
		result := environment.compiler.CompileCELExpression(anyExpression(question.Expr), environment.options, environment.mode)
		if result.Error != nil {
			return answer{"compile": strings.TrimPrefix(result.Error.Detail, "compilation failed: ")}, nil
		}
		told["type"] = result.OutputType.String()
	}
	var ast *cel.Ast
	if environment.env != nil {
		var issues *cel.Issues
		if ast, issues = environment.env.Compile(question.Expr); issues.Err() != nil {
			return answer{"compile": issues.String()}, nil
		}
		told["type"] = ast.OutputType().String()
		estimate, err := environment.env.EstimateCost(ast, &library.CostEstimator{})
		if err != nil {
			return nil, fmt.Errorf("estimating: %w", err)
		}
		told["estimate"] = answer{"min": estimate.Min, "max": estimate.Max}
	}
	if environment.compiler != nil {
		return told, admissionValue(environment, question, told)
	}
	return told, plainValue(environment, ast, question, told)
}

// plainValue evaluates with nothing but the variables of the question.
func plainValue(environment *celEnvironment, ast *cel.Ast, question celQuestion, told answer) error {
	program, err := environment.env.Program(ast, environment.program...)
	if err != nil { // as in admission
		told["compile"] = "program instantiation failed: " + err.Error()
		return nil
	}
	vars := map[string]any{}
	for name, text := range question.Vars {
		if vars[name], err = celInput(text); err != nil {
			return err
		}
	}
	value, details, err := program.Eval(vars)
	if details != nil && details.ActualCost() != nil {
		told["cost"] = *details.ActualCost()
	}
	told["error"] = message(err)
	if err == nil {
		told["value"] = celValue(value)
	}
	return nil
}

// admissionValue evaluates as a validation of a ValidatingAdmissionPolicy, a mutation if Patch says so.
func admissionValue(environment *celEnvironment, question celQuestion, told answer) error {
	request, attributes, err := celRequest(question)
	if err != nil {
		return err
	}
	var namespace *corev1.Namespace
	if text, ok := question.Vars["namespaceObject"]; ok && string(text) != "null" {
		if err := json.Unmarshal(text, &namespace); err != nil {
			return err
		}
	}
	bindings := plugincel.OptionalVariableBindings{}
	if text, ok := question.Vars["params"]; ok && !question.NoParams && string(text) != "null" {
		if bindings.VersionedParams, err = celObject(text, question.Typed); err != nil {
			return err
		}
	}
	if !question.NoAuthorizer {
		bindings.Authorizer = ruleAuthorizer(question.Authorizer)
	}
	const budget = math.MaxInt64
	condition := environment.condition(anyExpression(question.Expr))
	results, left, err := condition.ForInput(context.Background(), attributes, request, bindings, namespace, budget)
	switch {
	case err != nil:
		told["error"] = err.Error()
	case results[0].Error != nil:
		told["cost"], told["error"] = budget-left, results[0].Error.Error()
	default:
		told["cost"], told["error"], told["value"] = budget-left, nil, celValue(results[0].EvalResult)
	}
	return nil
}

// anyExpression is an expression that may be of any type.
type anyExpression string

func (e anyExpression) GetExpression() string    { return string(e) }
func (e anyExpression) ReturnTypes() []*cel.Type { return []*cel.Type{cel.AnyType} }

type namedExpression struct {
	anyExpression
	name string
}

func (e namedExpression) GetName() string { return e.name }

func (e *celEnvironment) condition(accessor plugincel.ExpressionAccessor) plugincel.ConditionEvaluator {
	if e.composited != nil {
		return e.composited.CompileCondition([]plugincel.ExpressionAccessor{accessor}, e.options, e.mode)
	}
	result := e.compiler.CompileCELExpression(accessor, e.options, e.mode)
	return plugincel.NewCondition([]plugincel.CompilationResult{result})
}

// celRequest makes the request of the question; fields it leaves out are those of a CREATE of the object.
func celRequest(question celQuestion) (*admissionv1.AdmissionRequest, *admission.VersionedAttributes, error) {
	object, err := celObject(question.Vars["object"], question.Typed)
	if err != nil {
		return nil, nil, err
	}
	old, err := celObject(question.Vars["oldObject"], question.Typed)
	if err != nil {
		return nil, nil, err
	}
	request := &admissionv1.AdmissionRequest{}
	if text, ok := question.Vars["request"]; ok {
		if err := json.Unmarshal(text, request); err != nil {
			return nil, nil, err
		}
	}
	who := &user.DefaultInfo{Name: request.UserInfo.Username, UID: request.UserInfo.UID, Groups: request.UserInfo.Groups}
	kind := schema.GroupVersionKind(request.Kind)
	resource := schema.GroupVersionResource(request.Resource)
	dryRun := request.DryRun != nil && *request.DryRun
	attributes := admission.NewAttributesRecord(object, old, kind, request.Namespace, request.Name, resource,
		request.SubResource, admission.Operation(request.Operation), nil, dryRun, who)
	versioned := &admission.VersionedAttributes{Attributes: attributes, VersionedKind: kind}
	if object != nil {
		versioned.VersionedObject.Set(object)
	}
	if old != nil {
		versioned.VersionedOldObject.Set(old)
	}
	return request, versioned, nil
}

// celObject is nil for a missing or null object.
func celObject(text json.RawMessage, intoType bool) (runtime.Object, error) {
	if len(text) == 0 || string(text) == "null" {
		return nil, nil
	}
	if intoType {
		return typed(document{text: text, json: true}, lenient)
	}
	value, err := celInput(text)
	if err != nil {
		return nil, err
	}
	fields, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s is no object", text)
	}
	return &unstructured.Unstructured{Object: fields}, nil
}

// celInput reads JSON as the API server does: whole numbers are int64, others float64.
func celInput(text json.RawMessage) (any, error) {
	var value any
	if err := utiljson.Unmarshal(text, &value); err != nil {
		return nil, err
	}
	if value == nil {
		return celtypes.NullValue, nil
	}
	return value, nil
}
