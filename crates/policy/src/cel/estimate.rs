//! What may an evaluation cost at most? Estimated as `cel-go` and the API server's `library/cost.go` do.

mod call;
mod fold;
mod range;
mod rules;

use super::check::Checked;
use super::syntax::{Ast, Element, Entry, Expr, ExprId, Literal, Presence};
use super::types::Type;

pub use range::Range;
pub(super) use rules::{list_result, search_through, traverse, traverse_result};

/// How large a value may be, told by its path (`object`, `spec`, `containers`, `@items`) and its type.
pub type SizeHint<'h> = &'h dyn Fn(&[String], &Type) -> Option<Range>;

/// An argument of a call, as an estimator sees it.
#[derive(Clone, Debug)]
pub struct Argument<'c> {
    /// Its type.
    pub of: &'c Type,
    /// How large it may be.
    pub size: Range,
    /// How large an element of it may be.
    pub element_size: Range,
    literal: Option<&'c Literal>,
}

impl Argument<'_> {
    /// Its value, if it is a whole number that is written out.
    pub fn literal_int(&self) -> Option<i64> {
        match self.literal {
            Some(Literal::Int(value)) => Some(*value),
            _ => None,
        }
    }
}

/// What a call may cost, and how large its result may be.
#[derive(Clone, Copy, Debug)]
pub struct CallEstimate {
    /// What it may cost, its arguments left out.
    pub cost: Range,
    /// How large its result may be, if something bounds it.
    pub result: Option<Range>,
}

/// Estimates a call from its arguments, the receiver first; `None` where the language's own rule holds.
pub type Estimator = fn(&[Argument<'_>]) -> Option<CallEstimate>;

/// What the evaluation of an expression may cost.
pub(super) fn estimate(checked: &Checked, hint: Option<SizeHint<'_>>) -> Range {
    let count = checked.ast.len();
    let mut coster = Coster {
        checked,
        hint,
        // Nobody else asks for the path of a value.
        paths: vec![Vec::new(); if hint.is_some() { count } else { 0 }],
        sizes: vec![None; count],
        entries: vec![None; count],
        locals: Vec::new(),
    };
    coster.cost(checked.ast.root)
}

/// How large the keys and values of a collection may be.
#[derive(Clone, Copy, Debug, PartialEq)]
struct EntrySize {
    collection: Collection,
    key: Range,
    value: Range,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Collection {
    List,
    Map,
}

struct Local {
    name: String,
    path: Vec<String>,
    size: Option<Range>,
    entries: Option<EntrySize>,
}

struct Coster<'c, 'h> {
    checked: &'c Checked,
    hint: Option<SizeHint<'h>>,
    paths: Vec<Vec<String>>,
    sizes: Vec<Option<Range>>,
    entries: Vec<Option<EntrySize>>,
    locals: Vec<Local>,
}

impl<'c> Coster<'c, '_> {
    fn ast(&self) -> &'c Ast {
        &self.checked.ast
    }

    fn cost(&mut self, id: ExprId) -> Range {
        match self.ast().get(id) {
            Expr::Literal(_) | Expr::Broken => Range::exactly(0),
            Expr::Ident(_) => self.name(id),
            Expr::Select { operand, field, presence } => self.select(id, *operand, field, *presence),
            Expr::Call { function, target, arguments } => self.call(id, function, *target, arguments),
            Expr::List(elements) => self.list(id, elements),
            Expr::Map(entries) => self.map(id, entries),
            Expr::Object { fields, .. } => {
                let fields = fields.iter().map(|field| self.cost(field.value));
                fields.fold(Range::exactly(0), Range::plus).plus(Range::exactly(super::cost::OBJECT))
            }
            Expr::Comprehension(fold) => self.fold(id, fold),
        }
    }

    fn name(&mut self, id: ExprId) -> Range {
        if self.hint.is_some() {
            let path = match self.local(id) {
                Some(local) => local.path.clone(),
                None => self.spelled(id).into_iter().collect(),
            };
            self.set_path(id, path);
        }
        Range::exactly(1)
    }

    /// The name that a node spells.
    fn spelled(&self, id: ExprId) -> Option<String> {
        match (self.ast().get(id), self.checked.reference(id)) {
            (_, Some(super::check::Reference::Global(name))) | (Expr::Ident(name), _) => Some(name.clone()),
            _ => None,
        }
    }

    fn select(&mut self, id: ExprId, operand: ExprId, field: &str, presence: Presence) -> Range {
        if self.checked.reference(id).is_some() {
            return self.name(id);
        }
        let sum = self.cost(operand);
        if presence == Presence::Test {
            return sum;
        }
        self.set_path_below(id, operand, field);
        match self.checked.type_of(operand) {
            Type::Map(..) | Type::Object(_) | Type::Parameter(_) => sum.plus(Range::exactly(1)),
            _ => sum,
        }
    }

    fn list(&mut self, id: ExprId, elements: &[Element]) -> Range {
        let mut sum = Range::exactly(super::cost::LIST);
        let mut value = Range::widest_of(elements.len());
        for element in elements {
            sum = sum.plus(self.cost(element.value));
            value = value.union(self.size_or_unknown(element.value));
        }
        self.set_entries(id, EntrySize { collection: Collection::List, key: Range::exactly(1), value });
        sum
    }

    fn map(&mut self, id: ExprId, entries: &[Entry]) -> Range {
        let mut sum = Range::exactly(super::cost::MAP);
        let (mut key, mut value) = (Range::widest_of(entries.len()), Range::widest_of(entries.len()));
        for entry in entries {
            sum = sum.plus(self.cost(entry.key)).plus(self.cost(entry.value));
            key = key.union(self.size_or_unknown(entry.key));
            value = value.union(self.size_or_unknown(entry.value));
        }
        self.set_entries(id, EntrySize { collection: Collection::Map, key, value });
        sum
    }

    fn local(&self, id: ExprId) -> Option<&Local> {
        let Expr::Ident(name) = self.ast().get(id) else { return None };
        self.locals.iter().rev().find(|local| local.name == *name)
    }

    fn path(&self, id: ExprId) -> Vec<String> {
        match self.local(id) {
            Some(local) => local.path.clone(),
            None => self.paths.get(id.0 as usize).cloned().unwrap_or_default(),
        }
    }

    /// The path of a value with one step more.
    fn path_below(&self, id: ExprId, step: &str) -> Vec<String> {
        if self.hint.is_none() {
            return Vec::new();
        }
        let mut path = self.path(id);
        path.push(step.to_owned());
        path
    }

    fn set_path_below(&mut self, id: ExprId, above: ExprId, step: &str) {
        self.set_path(id, self.path_below(above, step));
    }

    fn set_path(&mut self, id: ExprId, path: Vec<String>) {
        if let Some(slot) = self.paths.get_mut(id.0 as usize) {
            *slot = path;
        }
    }

    fn set_size(&mut self, id: ExprId, size: Option<Range>) {
        if let (Some(slot), Some(size)) = (self.sizes.get_mut(id.0 as usize), size) {
            *slot = Some(size);
        }
    }

    fn set_entries(&mut self, id: ExprId, entries: EntrySize) {
        if let Some(slot) = self.entries.get_mut(id.0 as usize) {
            *slot = Some(entries);
        }
    }

    fn size_or_unknown(&mut self, id: ExprId) -> Range {
        self.size(id).unwrap_or(Range::UNKNOWN)
    }

    fn size(&mut self, id: ExprId) -> Option<Range> {
        if let Some(Some(known)) = self.sizes.get(id.0 as usize) {
            return Some(*known);
        }
        if let Some(written) = written_size(self.ast().get(id)) {
            return Some(Range::exactly(written));
        }
        let of = self.checked.type_of(id);
        if let Some(hinted) = self.hint.and_then(|hint| hint(&self.path(id), of)) {
            self.set_size(id, Some(hinted));
            return Some(hinted);
        }
        if is_scalar(of) {
            return Some(Range::exactly(1));
        }
        self.local(id).and_then(|local| local.size)
    }

    fn entries_of(&self, id: ExprId) -> Option<EntrySize> {
        if let Some(Some(known)) = self.entries.get(id.0 as usize) {
            return Some(*known);
        }
        self.local(id).and_then(|local| local.entries)
    }
}

fn written_size(expr: &Expr) -> Option<u64> {
    Some(match expr {
        Expr::Literal(Literal::String(text)) => super::value::characters(text),
        Expr::Literal(Literal::Bytes(bytes)) => bytes.len() as u64,
        Expr::Literal(_) => 1,
        Expr::List(elements) => elements.len() as u64,
        Expr::Map(entries) => entries.len() as u64,
        _ => return None,
    })
}

fn is_scalar(of: &Type) -> bool {
    match of {
        Type::Bool | Type::Double | Type::Duration | Type::Int | Type::Timestamp | Type::Uint => true,
        other => other.unwrap_optional().is_some_and(is_scalar),
    }
}
