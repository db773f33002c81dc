//! Rights: who may do what with which resource.

mod calls;
mod filter;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

pub use filter::{AclFilter, PatternFilter};

use super::codes::numbers;

numbers! {
    /// What a right allows or denies.
    AclOperation {
        All = 2 "ALL",
        Read = 3 "READ",
        Write = 4 "WRITE",
        Create = 5 "CREATE",
        Delete = 6 "DELETE",
        Alter = 7 "ALTER",
        Describe = 8 "DESCRIBE",
        ClusterAction = 9 "CLUSTER_ACTION",
        DescribeConfigs = 10 "DESCRIBE_CONFIGS",
        AlterConfigs = 11 "ALTER_CONFIGS",
        IdempotentWrite = 12 "IDEMPOTENT_WRITE",
        CreateTokens = 13 "CREATE_TOKENS",
        DescribeTokens = 14 "DESCRIBE_TOKENS",
        TwoPhaseCommit = 15 "TWO_PHASE_COMMIT",
    }
}

numbers! {
    /// What a right is about.
    AclResourceType {
        Topic = 2 "TOPIC",
        Group = 3 "GROUP",
        Cluster = 4 "CLUSTER",
        TransactionalId = 5 "TRANSACTIONAL_ID",
        DelegationToken = 6 "DELEGATION_TOKEN",
        User = 7 "USER",
    }
}

numbers! {
    /// How a right's name is read.
    PatternType {
        Literal = 3 "LITERAL",
        Prefixed = 4 "PREFIXED",
    }
}

numbers! {
    /// Whether a right gives or takes.
    AclPermission {
        Deny = 2 "DENY",
        Allow = 3 "ALLOW",
    }
}

/// One right. `TOPIC orders LITERAL: User:ann may READ from host *`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AclBinding {
    /// What it is about.
    pub resource: AclResourceType,
    /// The name, or how it begins; `*` is every name, `kafka-cluster` the cluster's.
    pub name: String,
    /// How the name is read.
    pub pattern: PatternType,
    /// `User:ann`; `User:*` is everybody.
    pub principal: String,
    /// An address; `*` is every host.
    pub host: String,
    /// What is allowed or denied.
    pub operation: AclOperation,
    /// Which of the two.
    pub permission: AclPermission,
}

impl AclBinding {
    /// `principal` may do `operation` with the resource of this very name, from every host.
    pub fn allow(principal: &str, operation: AclOperation, resource: AclResourceType, name: &str) -> Self {
        AclBinding {
            resource,
            name: name.to_owned(),
            pattern: PatternType::Literal,
            principal: principal.to_owned(),
            host: "*".to_owned(),
            operation,
            permission: AclPermission::Allow,
        }
    }
}

impl std::fmt::Display for AclBinding {
    /// Java's text of the same.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let AclBinding { resource, name, pattern, principal, host, operation, permission } = self;
        write!(
            f,
            "(pattern=ResourcePattern(resourceType={resource}, name={name}, patternType={pattern}), \
             entry=(principal={principal}, host={host}, operation={operation}, permissionType={permission}))"
        )
    }
}

/// The operations whose bits are set, as brokers answer `authorized operations`; none if the broker did not say.
pub(super) fn authorized(bits: i32) -> Option<BTreeSet<AclOperation>> {
    let has = |code: i8| bits & (1_i32 << code) != 0;
    (bits != i32::MIN).then(|| (2..31).filter(|code| has(*code)).map(AclOperation::of).collect())
}
