//! Calls: what the function costs, and its arguments.

use super::{Argument, CallEstimate, Coster, EntrySize, Expr, ExprId, Range, Type};
use crate::cel::check::Reference;
use crate::cel::function::Function;
use crate::cel::kubernetes;
use crate::cel::syntax::ACCUMULATOR;

impl<'c> Coster<'c, '_> {
    pub(super) fn call(
        &mut self,
        id: ExprId,
        function: &str,
        target: Option<ExprId>,
        arguments: &[ExprId],
    ) -> Range {
        if let ("dyn", [argument]) = (function, arguments) {
            let sum = self.cost(*argument).plus(Range::exactly(1));
            let (size, entries) = (self.size(*argument), self.entries_of(*argument));
            self.set_size(id, size);
            if let Some(entries) = entries {
                self.set_entries(id, entries);
            }
            return sum;
        }
        let costs: Vec<Range> = arguments.iter().map(|argument| self.cost(*argument)).collect();
        let overloads = match self.checked.reference(id) {
            Some(Reference::Function(overloads)) => overloads.as_slice(),
            _ if function == "_?._" => &[],
            _ => return Range::exactly(0),
        };
        let own = target.map_or(Range::exactly(0), |target| self.cost(target));
        let all: Vec<ExprId> = target.into_iter().chain(arguments.iter().copied()).collect();
        let (mut sum, mut result) = (Range::new(u64::MAX, 0), None);
        if overloads.is_empty() {
            sum = total(&costs).plus(Range::exactly(1));
        }
        for function in overloads.iter().map(|overload| &overload.function) {
            let CallEstimate { cost, result: size } = self.function(id, function, &all, &costs);
            sum = sum.union(cost);
            result = match (result, size) {
                (Some(one), Some(other)) => Some(Range::union(one, other)),
                (one, other) => one.or(other),
            };
            self.indexed(id, function.id, arguments, &mut result);
            if result.is_none() {
                result = self.size(id);
            }
        }
        self.set_size(id, result);
        own.plus(sum)
    }

    /// An index into a collection is an element of it.
    fn indexed(&mut self, id: ExprId, overload: &str, arguments: &[ExprId], result: &mut Option<Range>) {
        let part = match overload {
            "index_list" => "@items",
            "index_map" => "@values",
            _ => return,
        };
        let Some(operand) = arguments.first() else { return };
        *result = self.entries_of(*operand).map(|entries| entries.value);
        self.set_path_below(id, *operand, part);
    }

    fn function(&mut self, id: ExprId, function: &Function, all: &[ExprId], costs: &[Range]) -> CallEstimate {
        let arguments: Vec<Argument<'c>> = all.iter().map(|id| self.argument(*id)).collect();
        let sum = total(costs);
        if let Some(CallEstimate { cost, result }) =
            function.estimate.and_then(|estimate| estimate(&arguments))
        {
            return CallEstimate { cost: cost.plus(sum), result };
        }
        match function.id {
            "logical_and" | "logical_or" => logical(costs),
            "conditional" => self.conditional(id, all, &arguments, costs),
            "add_string" | "add_bytes" | "add_list" => self.sum_of(id, function.id, all, &arguments, sum),
            other => {
                let CallEstimate { cost, result } = plain(other, &arguments);
                CallEstimate { cost: cost.plus(sum), result }
            }
        }
    }

    fn argument(&mut self, id: ExprId) -> Argument<'c> {
        let checked = self.checked;
        let size = self.size_or_unknown(id);
        let element_size = match (self.hint, checked.type_of(id)) {
            (Some(hint), Type::List(element)) => {
                let mut path = self.path(id);
                if path.first().is_some_and(|first| first == ACCUMULATOR) {
                    path.clear();
                }
                path.push("@items".to_owned());
                hint(&path, element)
            }
            _ => None,
        };
        let literal = match checked.ast.get(id) {
            Expr::Literal(literal) => Some(literal),
            _ => None,
        };
        let of = checked.type_of(id);
        Argument { of, size, element_size: element_size.unwrap_or(Range::UNKNOWN), literal }
    }

    fn conditional(
        &mut self,
        id: ExprId,
        all: &[ExprId],
        arguments: &[Argument<'_>],
        costs: &[Range],
    ) -> CallEstimate {
        let ([_, yes, no], [_, yes_id, no_id], [condition, yes_cost, no_cost]) = (arguments, all, costs)
        else {
            return CallEstimate { cost: total(costs), result: None };
        };
        if let Some(entries) = self.union(*yes_id, *no_id) {
            self.set_entries(id, entries);
        }
        CallEstimate { cost: condition.plus(yes_cost.union(*no_cost)), result: Some(yes.size.union(no.size)) }
    }

    fn sum_of(
        &mut self,
        id: ExprId,
        overload: &str,
        all: &[ExprId],
        arguments: &[Argument<'_>],
        sum: Range,
    ) -> CallEstimate {
        let ([left, right], [left_id, right_id]) = (arguments, all) else {
            return CallEstimate { cost: sum.plus(Range::exactly(1)), result: None };
        };
        let size = left.size.plus(right.size);
        if let Some(entries) = self.union(*left_id, *right_id) {
            self.set_entries(id, entries);
        }
        let own = if overload == "add_list" { Range::exactly(1) } else { size.by(0.1) };
        CallEstimate { cost: own.plus(sum), result: Some(size) }
    }

    fn union(&self, one: ExprId, other: ExprId) -> Option<EntrySize> {
        let (one, other) = (self.entries_of(one)?, self.entries_of(other)?);
        let (key, value) = (one.key.union(other.key), one.value.union(other.value));
        Some(EntrySize { collection: one.collection, key, value })
    }
}

fn total(costs: &[Range]) -> Range {
    costs.iter().copied().fold(Range::exactly(0), Range::plus)
}

fn logical(costs: &[Range]) -> CallEstimate {
    let cost = match costs {
        [left, right] => Range::new(left.min, left.plus(*right).max),
        _ => total(costs),
    };
    CallEstimate { cost, result: None }
}

/// The language's own functions.
fn plain(overload: &str, arguments: &[Argument<'_>]) -> CallEstimate {
    let size = |index: usize| arguments.get(index).map_or(Range::UNKNOWN, |argument| argument.size);
    let cost = match overload {
        "string_format" => size(0).by(0.1),
        "string_to_bytes" => {
            let bytes = Range::new(size(0).min, size(0).max.wrapping_mul(4));
            return CallEstimate { cost: size(0).by(0.1), result: Some(bytes) };
        }
        "bytes_to_string" => {
            let text = Range::new(size(0).min / 4, size(0).max);
            return CallEstimate { cost: size(0).by(0.1), result: Some(text) };
        }
        "strings_quote" => {
            let text = Range::new(size(0).min.wrapping_add(2), size(0).max.wrapping_mul(2).wrapping_add(2));
            return CallEstimate { cost: size(0).by(0.1), result: Some(text) };
        }
        "starts_with_string" | "ends_with_string" => size(1).by(0.1),
        "in_list" => size(1),
        "matches" | "matches_string" => size(0).plus(Range::exactly(1)).by(0.1).times(size(1).by(0.25)),
        "contains_string" => size(0).by(0.1).times(size(1).by(0.1)),
        "equals" => kubernetes::equality(arguments).unwrap_or_else(|| compared(size(0), size(1))),
        "not_equals" => compared(size(0), size(1)),
        other if other.ends_with("_string") || other.ends_with("_bytes") => match other.split_once('_') {
            Some(("less" | "greater", _)) => compared(size(0), size(1)),
            _ => Range::exactly(1),
        },
        _ => Range::exactly(1),
    };
    CallEstimate { cost, result: None }
}

fn compared(left: Range, right: Range) -> Range {
    let most = left.max.min(right.max);
    Range::new(u64::from(most > 0), most).by(0.1)
}
