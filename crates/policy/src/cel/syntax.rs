//! What shape has a parsed expression? Nodes in one arena, each with its place in the text.

/// Index of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ExprId(pub(super) u32);

/// An expression.
#[derive(Clone, Debug)]
pub(super) struct Ast {
    nodes: Vec<Node>,
    pub(super) root: ExprId,
}

#[derive(Clone, Debug)]
struct Node {
    at: u32,
    /// Levels of nodes below and including it.
    height: u32,
    kind: Expr,
}

/// One node.
#[derive(Clone, Debug)]
pub(super) enum Expr {
    Literal(Literal),
    Ident(String),
    Select {
        operand: ExprId,
        field: String,
        presence: Presence,
    },
    Call {
        function: String,
        target: Option<ExprId>,
        arguments: Vec<ExprId>,
    },
    List(Vec<Element>),
    Map(Vec<Entry>),
    Object {
        name: String,
        fields: Vec<Field>,
    },
    Comprehension(Box<Comprehension>),
    /// Stands where the text could not be read; the problem is reported already.
    Broken,
}

/// Whether a selection reads a field or asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    Read,
    Test,
}

/// Whether an element is left out when it is an empty optional (`[?x]`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Optionality {
    Required,
    Optional,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    String(String),
    Bytes(Vec<u8>),
}

#[derive(Clone, Debug)]
pub(super) struct Element {
    pub(super) value: ExprId,
    pub(super) optionality: Optionality,
}

#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: ExprId,
    pub(super) value: ExprId,
    pub(super) optionality: Optionality,
}

#[derive(Clone, Debug)]
pub(super) struct Field {
    /// The character of the colon.
    pub(super) at: u32,
    pub(super) name: String,
    pub(super) value: ExprId,
    pub(super) optionality: Optionality,
}

/// What every macro that loops becomes.
#[derive(Clone, Debug)]
pub(super) struct Comprehension {
    pub(super) range: ExprId,
    pub(super) variable: String,
    pub(super) second_variable: Option<String>,
    pub(super) accumulator: String,
    pub(super) initial: ExprId,
    pub(super) condition: ExprId,
    pub(super) step: ExprId,
    pub(super) result: ExprId,
}

/// The accumulator of a macro: no name that a user can write.
pub(super) const ACCUMULATOR: &str = "@result";

impl Ast {
    pub(super) fn new() -> Self {
        Self { nodes: Vec::new(), root: ExprId(0) }
    }

    pub(super) fn add(&mut self, at: u32, kind: Expr) -> ExprId {
        let mut below = 0;
        kind.each_child(|child| below = below.max(self.height(child)));
        self.nodes.push(Node { at, height: below + 1, kind });
        ExprId(self.nodes.len() as u32 - 1)
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn get(&self, id: ExprId) -> &Expr {
        self.nodes.get(id.0 as usize).map_or(&Expr::Broken, |node| &node.kind)
    }

    pub(super) fn set(&mut self, id: ExprId, kind: Expr) {
        if let Some(node) = self.nodes.get_mut(id.0 as usize) {
            node.kind = kind;
        }
    }

    pub(super) fn at(&self, id: ExprId) -> u32 {
        self.nodes.get(id.0 as usize).map_or(0, |node| node.at)
    }

    pub(super) fn height(&self, id: ExprId) -> u32 {
        self.nodes.get(id.0 as usize).map_or(0, |node| node.height)
    }

    /// A copy of everything at and below a node, for macros that use an argument twice.
    pub(super) fn copy(&mut self, id: ExprId) -> ExprId {
        let mut kind = self.get(id).clone();
        for child in kind.children_mut() {
            *child = self.copy(*child);
        }
        self.add(self.at(id), kind)
    }

    /// The number of nodes at and below a node, counted no further than a limit.
    pub(super) fn size(&self, id: ExprId, limit: usize) -> usize {
        let (mut pending, mut count) = (vec![id], 0);
        while let Some(next) = pending.pop() {
            count += 1;
            if count > limit {
                break;
            }
            self.get(next).each_child(|child| pending.push(child));
        }
        count
    }
}

impl Expr {
    /// Shows what stands directly below, in order.
    pub(super) fn each_child(&self, mut see: impl FnMut(ExprId)) {
        match self {
            Self::Literal(_) | Self::Ident(_) | Self::Broken => {}
            Self::Select { operand, .. } => see(*operand),
            Self::Call { target, arguments, .. } => target.iter().chain(arguments).copied().for_each(see),
            Self::List(elements) => elements.iter().for_each(|element| see(element.value)),
            Self::Map(entries) => entries.iter().flat_map(|entry| [entry.key, entry.value]).for_each(see),
            Self::Object { fields, .. } => fields.iter().for_each(|field| see(field.value)),
            Self::Comprehension(fold) => {
                [fold.range, fold.initial, fold.condition, fold.step, fold.result].into_iter().for_each(see);
            }
        }
    }

    fn children_mut(&mut self) -> Vec<&mut ExprId> {
        match self {
            Self::Literal(_) | Self::Ident(_) | Self::Broken => Vec::new(),
            Self::Select { operand, .. } => vec![operand],
            Self::Call { target, arguments, .. } => target.iter_mut().chain(arguments).collect(),
            Self::List(elements) => elements.iter_mut().map(|element| &mut element.value).collect(),
            Self::Map(entries) => {
                entries.iter_mut().flat_map(|entry| [&mut entry.key, &mut entry.value]).collect()
            }
            Self::Object { fields, .. } => fields.iter_mut().map(|field| &mut field.value).collect(),
            Self::Comprehension(fold) => {
                vec![
                    &mut fold.range,
                    &mut fold.initial,
                    &mut fold.condition,
                    &mut fold.step,
                    &mut fold.result,
                ]
            }
        }
    }
}
