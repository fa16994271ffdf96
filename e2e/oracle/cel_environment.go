package main

import (
	"fmt"
	"strings"
	_ "unsafe" // go:linkname

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/ext"
	"k8s.io/apimachinery/pkg/util/version"
	plugincel "k8s.io/apiserver/pkg/admission/plugin/cel"
	apiservercel "k8s.io/apiserver/pkg/cel"
	"k8s.io/apiserver/pkg/cel/environment"
)

// admissionEnvironments is how upstream declares the variables of admission.
//
//go:linkname admissionEnvironments k8s.io/apiserver/pkg/admission/plugin/cel.mustBuildEnvs
func admissionEnvironments(*environment.EnvSet) map[plugincel.OptionalVariableDeclarations]*environment.EnvSet

// celEnvironment is what an expression is compiled in.
type celEnvironment struct {
	// env is nil when variables are composed: upstream keeps that one to itself.
	env *cel.Env
	// program holds what the environment does not say itself.
	program []cel.ProgramOption
	// compiler is upstream's, nil outside of admission.
	compiler   plugincel.Compiler
	mode       environment.Type
	options    plugincel.OptionalVariableDeclarations
	composited *plugincel.CompositedCompiler
}

// environment returns that of the question, from the cache if no variable is composed.
func (o *celOracle) environment(question celQuestion) (*celEnvironment, error) {
	key := fmt.Sprint(question.Mode, question.Version, question.Patch, question.NoParams, question.NoAuthorizer, question.Variables)
	if question.Mode == "plain" || question.Mode == "core" {
		key = ""
	}
	if found := o.environments[key]; found != nil && key != "" {
		return found, nil
	}
	made, err := newCELEnvironment(question)
	if err == nil && len(question.Variables) == 0 {
		o.environments[key] = made
	}
	return made, err
}

func newCELEnvironment(question celQuestion) (*celEnvironment, error) {
	if question.Mode == "core" {
		env, err := cel.NewEnv(coreOptions()...)
		return declared(env, err, question, cel.EvalOptions(cel.OptTrackCost, cel.OptOptimize))
	}
	base, mode, err := baseEnvironment(question.Version)
	if err != nil {
		return nil, err
	}
	switch question.Mode {
	case "plain":
		env, err := base.Env(mode)
		return declared(env, err, question)
	case "", "admission":
		return newAdmissionEnvironment(base, mode, question)
	}
	return nil, fmt.Errorf("unknown mode %q", question.Mode)
}

func baseEnvironment(asked string) (*environment.EnvSet, environment.Type, error) {
	if asked == "" || asked == "stored" {
		return environment.MustBaseEnvSet(version.MajorMinor(1, 37)), environment.StoredExpressions, nil
	}
	parsed, err := version.ParseGeneric(asked)
	if err != nil {
		return nil, "", err
	}
	return environment.MustBaseEnvSet(parsed), environment.NewExpressions, nil
}

// coreOptions are all extensions of cel-go that the CEL conformance suite or the API server knows.
func coreOptions() []cel.EnvOption {
	return []cel.EnvOption{
		cel.OptionalTypes(), cel.CrossTypeNumericComparisons(true), cel.DefaultUTCTimeZone(true),
		cel.EagerlyValidateDeclarations(true), ext.Strings(), ext.Sets(), ext.Lists(), ext.Math(),
		ext.Encoders(), ext.Bindings(), ext.TwoVarComprehensions(),
	}
}

// declared adds the variables of the question to an environment.
func declared(env *cel.Env, err error, question celQuestion, program ...cel.ProgramOption) (*celEnvironment, error) {
	if err != nil {
		return nil, err
	}
	var variables []cel.EnvOption
	for name := range question.Vars {
		if _, typed := question.Declare[name]; !typed {
			variables = append(variables, cel.Variable(name, cel.DynType))
		}
	}
	for name, text := range question.Declare {
		kind, rest, err := celType(text)
		if err != nil || rest != "" {
			return nil, fmt.Errorf("type %q of %s: %v, left %q", text, name, err, rest)
		}
		variables = append(variables, cel.Variable(name, kind))
	}
	env, err = env.Extend(variables...)
	return &celEnvironment{env: env, program: program}, err
}

var celTypes = map[string]*cel.Type{
	"any": cel.AnyType, "bool": cel.BoolType, "bytes": cel.BytesType, "double": cel.DoubleType,
	"duration": cel.DurationType, "dyn": cel.DynType, "int": cel.IntType, "null": cel.NullType,
	"string": cel.StringType, "timestamp": cel.TimestampType, "uint": cel.UintType,
	"quantity": apiservercel.QuantityType, "ip": apiservercel.IPType, "cidr": apiservercel.CIDRType,
	"url": apiservercel.URLType, "semver": apiservercel.SemverType,
}

// celType reads "map(string, list(int))" and returns what follows it.
func celType(text string) (*cel.Type, string, error) {
	text = strings.TrimLeft(text, " ")
	end := strings.IndexAny(text, "(,)")
	if end < 0 {
		end = len(text)
	}
	name, rest := text[:end], text[end:]
	if known := celTypes[name]; known != nil {
		return known, rest, nil
	}
	var arguments []*cel.Type
	for strings.HasPrefix(rest, "(") || strings.HasPrefix(rest, ",") {
		argument, after, err := celType(rest[1:])
		if err != nil {
			return nil, "", err
		}
		arguments, rest = append(arguments, argument), after
	}
	rest, closed := strings.CutPrefix(rest, ")")
	switch {
	case closed && name == "list" && len(arguments) == 1:
		return cel.ListType(arguments[0]), rest, nil
	case closed && name == "optional" && len(arguments) == 1:
		return cel.OptionalType(arguments[0]), rest, nil
	case closed && name == "map" && len(arguments) == 2:
		return cel.MapType(arguments[0], arguments[1]), rest, nil
	}
	return nil, "", fmt.Errorf("unknown type %q", name)
}

func newAdmissionEnvironment(base *environment.EnvSet, mode environment.Type, question celQuestion) (*celEnvironment, error) {
	made := &celEnvironment{mode: mode, options: plugincel.OptionalVariableDeclarations{
		HasParams: !question.NoParams, HasAuthorizer: !question.NoAuthorizer, HasPatchTypes: question.Patch,
	}}
	if len(question.Variables) == 0 {
		made.compiler = plugincel.NewCompiler(base)
		var err error
		made.env, err = admissionEnvironments(base)[made.options].Env(mode)
		return made, err
	}
	var err error
	if made.composited, err = plugincel.NewCompositedCompiler(base); err != nil {
		return nil, err
	}
	made.compiler = made.composited
	// A mutation's variables are compiled without its types.
	options := made.options
	options.HasPatchTypes = false
	for _, variable := range question.Variables {
		named := namedExpression{anyExpression(variable.Expression), variable.Name}
		made.composited.CompileAndStoreVariable(named, options, mode)
	}
	return made, nil
}
