//! Which rights are meant.

use super::{AclBinding, AclOperation, AclPermission, AclResourceType, PatternType};

/// Rights that look so; a part that is none is met by everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AclFilter {
    /// What they are about.
    pub resource: Option<AclResourceType>,
    /// Their name, read as `pattern` says.
    pub name: Option<String>,
    /// How the name is compared.
    pub pattern: PatternFilter,
    /// Whose they are.
    pub principal: Option<String>,
    /// From where.
    pub host: Option<String>,
    /// What they allow or deny.
    pub operation: Option<AclOperation>,
    /// Which of the two.
    pub permission: Option<AclPermission>,
}

/// How a filter's name is compared with those of rights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PatternFilter {
    /// With every right of this very name, be it literal or the beginning of others.
    #[default]
    Any,
    /// With every right that a resource of this name falls under: its own, `*`, and those whose beginning it has.
    Match,
    /// With rights of this type and this very name.
    Exactly(PatternType),
}

const ANY: i8 = 1;

impl AclFilter {
    pub(super) fn pattern_code(&self) -> i8 {
        match self.pattern {
            PatternFilter::Any => ANY,
            PatternFilter::Match => 2,
            PatternFilter::Exactly(pattern) => pattern.code(),
        }
    }

    pub(super) fn resource_code(&self) -> i8 {
        self.resource.map_or(ANY, AclResourceType::code)
    }

    pub(super) fn operation_code(&self) -> i8 {
        self.operation.map_or(ANY, AclOperation::code)
    }

    pub(super) fn permission_code(&self) -> i8 {
        self.permission.map_or(ANY, AclPermission::code)
    }

    pub(super) fn has_unknown(&self) -> bool {
        matches!(self.pattern, PatternFilter::Exactly(PatternType::Unknown(_)))
            || matches!(self.resource, Some(AclResourceType::Unknown(_)))
            || matches!(self.operation, Some(AclOperation::Unknown(_)))
            || matches!(self.permission, Some(AclPermission::Unknown(_)))
    }
}

impl From<&AclBinding> for AclFilter {
    /// That right and no other.
    fn from(binding: &AclBinding) -> Self {
        AclFilter {
            resource: Some(binding.resource),
            name: Some(binding.name.clone()),
            pattern: PatternFilter::Exactly(binding.pattern),
            principal: Some(binding.principal.clone()),
            host: Some(binding.host.clone()),
            operation: Some(binding.operation),
            permission: Some(binding.permission),
        }
    }
}

impl std::fmt::Display for AclFilter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}
