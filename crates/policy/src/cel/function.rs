//! What is a function: a line in a table.

use object::Version;

use super::Error;
use super::estimate::Estimator;
use super::types::{Type, split_arguments};
use super::value::Value;

/// What a function does.
pub type Implementation = for<'a> fn(&[Value<'a>]) -> Result<Value<'a>, Error>;

/// What a call costs at run time, given its arguments and, unless it failed, its result.
pub type CallCost = for<'v, 'a> fn(&'v [Value<'a>], Option<&'v Value<'a>>) -> u64;

/// One overload of a function, as a library lists it.
///
/// A signature is `name(types) -> type`; a member function names its receiver first: `string::size() -> int`.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// The name of the overload.
    pub id: &'static str,
    /// Name, arguments and result.
    pub signature: &'static str,
    /// What it does.
    pub call: Implementation,
    /// The first Kubernetes version that has it.
    pub since: Version,
    /// The first Kubernetes version that has it no more.
    pub until: Option<Version>,
    /// What a call costs.
    pub cost: Cost,
    /// What a call may cost at most; without one the language's own rule holds.
    pub estimate: Option<Estimator>,
    /// Whether arguments are held against the types of the signature before the call.
    pub guard: Guard,
    /// Whether an argument is evaluated when one before it has failed.
    pub arguments: Arguments,
}

/// Whether an argument is evaluated when one before it has failed: that shows in the cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arguments {
    /// Two arguments are evaluated both.
    Together,
    /// Arguments are evaluated up to the first that fails, as three and more always are.
    InTurn,
}

/// How the cost of a call is counted.
#[derive(Clone, Copy, Debug)]
pub enum Cost {
    /// 1.
    Unit,
    /// By the arguments, however the overload was found.
    Call(CallCost),
    /// By the arguments if the checker found this overload alone, else 1.
    Overload(CallCost),
    /// By the first function if the checker found this overload alone, else by the second.
    Either(CallCost, CallCost),
}

/// Whether the types of arguments are looked at before a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// Arguments that do not fit are no call.
    Types,
    /// The function looks for itself: one implementation serves all overloads of its name.
    Own,
}

impl Function {
    /// An overload of every version that costs 1.
    pub const fn new(id: &'static str, signature: &'static str, call: Implementation) -> Self {
        Self {
            id,
            signature,
            call,
            since: object::v(1, 0),
            until: None,
            cost: Cost::Unit,
            estimate: None,
            guard: Guard::Types,
            arguments: Arguments::Together,
        }
    }

    /// From a version on.
    #[must_use]
    pub const fn since(mut self, version: Version) -> Self {
        self.since = version;
        self
    }

    /// Up to a version that has it no more.
    #[must_use]
    pub const fn until(mut self, version: Version) -> Self {
        self.until = Some(version);
        self
    }

    /// With a cost that depends on its arguments.
    #[must_use]
    pub const fn cost(mut self, cost: CallCost) -> Self {
        self.cost = Cost::Call(cost);
        self
    }

    /// With a cost that depends on its arguments when no other overload comes into question.
    #[must_use]
    pub const fn overload_cost(mut self, cost: CallCost) -> Self {
        self.cost = Cost::Overload(cost);
        self
    }

    /// With one cost when no other overload comes into question, and another when one does.
    #[must_use]
    pub const fn either_cost(mut self, alone: CallCost, among_others: CallCost) -> Self {
        self.cost = Cost::Either(alone, among_others);
        self
    }

    /// With an estimate of its cost.
    #[must_use]
    pub const fn estimate(mut self, estimate: Estimator) -> Self {
        self.estimate = Some(estimate);
        self
    }

    /// With an implementation that looks at the types for itself.
    #[must_use]
    pub const fn unguarded(mut self) -> Self {
        self.guard = Guard::Own;
        self
    }

    /// With arguments that are evaluated up to the first that fails.
    #[must_use]
    pub const fn in_turn(mut self) -> Self {
        self.arguments = Arguments::InTurn;
        self
    }

    pub(super) fn is_in(&self, version: Version) -> bool {
        self.since <= version && self.until.is_none_or(|until| version < until)
    }
}

/// Whether a function is called on a receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Global,
    Member,
}

/// An overload with its signature read.
#[derive(Debug)]
pub(super) struct Overload {
    pub(super) function: Function,
    pub(super) name: String,
    pub(super) style: Style,
    /// The receiver first.
    pub(super) arguments: Vec<Type>,
    pub(super) result: Type,
    pub(super) is_generic: bool,
}

impl Overload {
    /// Reads a signature; `None` for one that is malformed, which a test of every library rules out.
    pub(super) fn read(function: Function) -> Option<Self> {
        let (receiver, rest) = match function.signature.split_once("::") {
            Some((receiver, rest)) => (Some(receiver), rest),
            None => (None, function.signature),
        };
        let (head, result) = rest.rsplit_once("->")?;
        let (name, arguments) = head.trim().strip_suffix(')')?.split_once('(')?;
        let arguments = receiver
            .into_iter()
            .chain(split_arguments(arguments))
            .map(Type::read)
            .collect::<Option<Vec<_>>>()?;
        let result = Type::read(result)?;
        let is_generic = arguments.iter().chain([&result]).any(has_parameter);
        let style = if receiver.is_some() { Style::Member } else { Style::Global };
        Some(Self { function, name: name.trim().to_owned(), style, arguments, result, is_generic })
    }

    /// Whether values are of the types of the signature.
    pub(super) fn accepts(&self, values: &[Value<'_>]) -> bool {
        self.function.guard == Guard::Own
            || self.arguments.len() == values.len()
                && self.arguments.iter().zip(values).all(|(of, value)| value.fits(of))
    }
}

fn has_parameter(of: &Type) -> bool {
    matches!(of, Type::Parameter(_)) || of.parameters().any(has_parameter)
}
