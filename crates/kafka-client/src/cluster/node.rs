//! Which broker, and over which of its connections.

use std::fmt;

/// A broker, and the lane on which it is spoken to. Bootstrap servers, whose ids nobody knows yet, count from -1 down.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId {
    /// `node.id` of the broker.
    pub id: i32,
    /// The connection.
    pub lane: Lane,
}

/// A set of connections, one to each node. A broker answers the requests of one connection strictly in turn.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lane(pub(super) u32);

impl Lane {
    /// For requests that are answered at once.
    pub const SHARED: Lane = Lane(0);
}

impl NodeId {
    /// The broker with this id, on the shared lane.
    pub fn new(id: i32) -> Self {
        NodeId { id, lane: Lane::SHARED }
    }

    /// The same broker on another lane.
    pub fn on(self, lane: Lane) -> Self {
        NodeId { lane, ..self }
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.id, self.lane.0)
    }
}

impl fmt::Debug for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lane {}", self.0)
    }
}
