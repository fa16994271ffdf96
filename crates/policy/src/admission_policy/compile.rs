//! Do the expressions of a policy compile, and to the types that are asked for?
//!
//! `plugin/cel/compile.go` and the plugins' `compilePolicy`. A policy is compiled once, when it is loaded.

use super::environment::{Environments, Names};
use super::model::{Body, Expression, PatchType, Policy, Reinvocation};
use super::position::span_at;
use super::problem::{Problem, Weight};
use crate::cel::kubernetes::Environment;
use crate::cel::{self, Env, Issue, Type, cost};

/// A policy whose expressions all compile.
#[derive(Debug)]
pub(super) struct Compiled {
    pub(super) conditions: Vec<Program>,
    pub(super) variables: Vec<(String, Program)>,
    pub(super) body: CompiledBody,
}

impl Compiled {
    /// Every expression of the policy.
    pub(super) fn programs(&self) -> Vec<&Program> {
        let mut all: Vec<&Program> = self.conditions.iter().collect();
        all.extend(self.variables.iter().map(|(_, program)| program));
        match &self.body {
            CompiledBody::Validating(validator) => {
                let messages = validator.validations.iter().filter_map(|v| v.message_expression.as_ref());
                all.extend(validator.validations.iter().map(|v| &v.expression).chain(messages));
                all.extend(validator.annotations.iter().map(|(_, program)| program));
            }
            CompiledBody::Mutating { mutators, .. } => all.extend(mutators.iter().map(|m| &m.expression)),
        }
        all
    }
}

#[derive(Debug)]
pub(super) enum CompiledBody {
    Validating(Validator),
    Mutating { mutators: Vec<Mutator>, reinvocation: Reinvocation },
}

#[derive(Debug)]
pub(super) struct Validator {
    pub(super) validations: Vec<CompiledValidation>,
    pub(super) annotations: Vec<(String, Program)>,
}

#[derive(Debug)]
pub(super) struct CompiledValidation {
    pub(super) expression: Program,
    pub(super) message: String,
    pub(super) message_expression: Option<Program>,
    pub(super) reason: Option<String>,
}

impl CompiledValidation {
    /// What is said when no message was computed.
    pub(super) fn fallback(&self) -> String {
        match self.message.trim() {
            "" => format!("failed expression: {}", self.expression.text.trim()),
            message => message.to_owned(),
        }
    }
}

#[derive(Debug)]
pub(super) struct Mutator {
    pub(super) patch: PatchType,
    pub(super) expression: Program,
}

/// A compiled expression and its text, which errors quote.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) text: String,
    pub(super) program: cel::Program,
}

/// A variable and its type.
type Field = (String, Type);
/// A variable, or the key of an annotation, and its expression.
type Named = (String, Program);

/// Compiles all expressions of a policy; on failure everything that is wrong with them.
pub(super) fn compile(policy: &Policy, known: &Environments) -> Result<Compiled, Vec<Problem>> {
    let mut work = Compiler { policy, known, problems: Vec::new() };
    let compiled = work.policy();
    if work.problems.is_empty() { Ok(compiled) } else { Err(work.problems) }
}

struct Compiler<'p> {
    policy: &'p Policy,
    known: &'p Environments,
    problems: Vec<Problem>,
}

impl Compiler<'_> {
    fn policy(&mut self) -> Compiled {
        let policy = self.policy;
        let params = policy.param_kind.is_some();
        let env = self.known.environment(Names { params, authorizer: true, patches: false });
        let bool_type = [Type::Bool];
        let conditions =
            policy.conditions.iter().filter_map(|(_, e)| self.expression(env.env(), e, &bool_type)).collect();
        let (env, fields, variables) = self.variables(env);
        let body = match &policy.body {
            Body::Validating { validations, annotations } => {
                let texts = self.known.environment(Names { params, authorizer: false, patches: false });
                let texts = with_variables(texts, &fields);
                let validations = validations.iter().filter_map(|validation| {
                    let expression = self.expression(env.env(), &validation.expression, &bool_type);
                    let message = validation.message_expression.as_ref();
                    let message_expression =
                        message.and_then(|e| self.expression(texts.env(), e, &[Type::String]));
                    Some(CompiledValidation {
                        expression: expression?,
                        message: validation.message.clone(),
                        message_expression,
                        reason: validation.reason.clone(),
                    })
                });
                let validations = validations.collect();
                let text_or_null = [Type::String, Type::Null];
                let annotations = annotations
                    .iter()
                    .filter_map(|(key, e)| Some((key.clone(), self.expression(env.env(), e, &text_or_null)?)))
                    .collect();
                CompiledBody::Validating(Validator { validations, annotations })
            }
            Body::Mutating { mutations, reinvocation } => {
                let env = self.known.environment(Names { params, authorizer: true, patches: true });
                let env = with_variables(env, &fields);
                let mutators = mutations.iter().filter_map(|mutation| {
                    let wanted = match mutation.patch {
                        PatchType::JsonPatch => Type::list(Type::object("JSONPatch")),
                        PatchType::ApplyConfiguration => Type::object("Object"),
                    };
                    let expression = self.expression(env.env(), &mutation.expression, &[wanted])?;
                    Some(Mutator { patch: mutation.patch, expression })
                });
                CompiledBody::Mutating { mutators: mutators.collect(), reinvocation: *reinvocation }
            }
        };
        Compiled { conditions, variables, body }
    }

    /// The variables and their types; each knows those before it.
    fn variables(&mut self, mut env: Environment) -> (Environment, Vec<Field>, Vec<Named>) {
        let (mut fields, mut compiled) = (Vec::new(), Vec::new());
        for (name, expression) in &self.policy.variables {
            env = with_variables(env, &fields);
            let program = self.expression(env.env(), expression, &[]);
            let of = program.as_ref().map_or(Type::Dyn, |program| program.program.result_type().clone());
            fields.push((name.clone(), of));
            compiled.extend(program.map(|program| (name.clone(), program)));
        }
        (with_variables(env, &fields), fields, compiled)
    }

    /// The program of an expression that has one of the types; of any type if there are none.
    fn expression(&mut self, env: &Env, expression: &Expression, types: &[Type]) -> Option<Program> {
        let (program, estimate) = match env.compile_and_estimate(&expression.text) {
            Ok(compiled) => compiled,
            Err(issues) => {
                for issue in &issues {
                    self.issue(expression, issue);
                }
                return None;
            }
        };
        let of = program.result_type();
        if !types.is_empty() && !types.contains(of) {
            let names: Vec<String> = types.iter().map(ToString::to_string).collect();
            let wanted = if let [one] = names.as_slice() {
                one.clone()
            } else {
                format!("one of [{}]", names.join(" "))
            };
            self.refuse(expression, expression.place.span, format!("must evaluate to {wanted} but got {of}"));
            return None;
        }
        let least = estimate.min;
        if least > cost::PER_EXPRESSION {
            let message = format!(
                "costs at least {least}, and every evaluation is stopped at {}: make its lists shorter or nest fewer",
                cost::PER_EXPRESSION
            );
            self.refuse(expression, expression.place.span, message);
            return None;
        }
        Some(Program { text: expression.text.clone(), program })
    }

    fn issue(&mut self, expression: &Expression, issue: &Issue) {
        let span = if issue.line == 0 {
            expression.place.span
        } else {
            span_at(expression, issue.line, issue.column)
        };
        self.refuse(expression, span, format!("does not compile: {}", issue.message));
    }

    fn refuse(&mut self, expression: &Expression, span: finding::Span, message: String) {
        self.problems.push(Problem {
            weight: Weight::Refused,
            object: self.policy.id.clone(),
            source: expression.place.source.clone(),
            span,
            field: expression.place.field.clone(),
            message,
            meanwhile: None,
        });
    }
}

fn with_variables(env: Environment, fields: &[Field]) -> Environment {
    let fields: Vec<(&str, &Type)> = fields.iter().map(|(name, of)| (name.as_str(), of)).collect();
    env.with_variables(&fields)
}
