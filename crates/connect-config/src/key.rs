//! The declaration of one key.

use std::fmt;
use std::sync::Arc;

use crate::{Parsed, ParsedConfig, Validator};

/// What a value is read as; displayed in upper case, as REST shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConfigType {
    Boolean,
    String,
    Int,
    Short,
    Long,
    Double,
    List,
    Class,
    Password,
}

impl ConfigType {
    /// The type that a value has; null has none.
    pub fn of(value: &Parsed) -> Option<Self> {
        Some(match value {
            Parsed::Null => return None,
            Parsed::Boolean(_) => Self::Boolean,
            Parsed::String(_) => Self::String,
            Parsed::Int(_) => Self::Int,
            Parsed::Short(_) => Self::Short,
            Parsed::Long(_) => Self::Long,
            Parsed::Double(_) => Self::Double,
            Parsed::List(_) => Self::List,
            Parsed::Class(_) => Self::Class,
            Parsed::Password(_) => Self::Password,
        })
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Boolean => "BOOLEAN",
            Self::String => "STRING",
            Self::Int => "INT",
            Self::Short => "SHORT",
            Self::Long => "LONG",
            Self::Double => "DOUBLE",
            Self::List => "LIST",
            Self::Class => "CLASS",
            Self::Password => "PASSWORD",
        }
    }
}

impl fmt::Display for ConfigType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How much the key matters to most users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Importance {
    High,
    Medium,
    Low,
}

impl Importance {
    pub fn name(self) -> &'static str {
        match self {
            Self::High => "HIGH",
            Self::Medium => "MEDIUM",
            Self::Low => "LOW",
        }
    }
}

/// How wide a form's field should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Width {
    #[default]
    None,
    Short,
    Medium,
    Long,
}

impl Width {
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Short => "SHORT",
            Self::Medium => "MEDIUM",
            Self::Long => "LONG",
        }
    }
}

/// Suggests values for a key, in view of the others.
pub trait Recommender: Send + Sync + fmt::Debug {
    /// The values that make sense for `name`; empty says nothing.
    fn valid_values(&self, name: &str, parsed: &ParsedConfig) -> Vec<Parsed>;

    /// False if the key means nothing beside the other values.
    fn visible(&self, _name: &str, _parsed: &ParsedConfig) -> bool {
        true
    }
}

/// One key: what it is called, what it holds, what it means.
///
/// A new key is required, of medium importance, and in no group; the methods say otherwise.
#[derive(Debug, Clone)]
pub struct ConfigKey {
    pub name: String,
    pub ty: ConfigType,
    /// `None`: the key is required. `Some(Parsed::Null)`: it may be left out and is then null.
    pub default: Option<Parsed>,
    pub validator: Option<Arc<dyn Validator>>,
    pub importance: Importance,
    pub documentation: String,
    pub group: Option<String>,
    /// -1 without a group.
    pub order_in_group: i32,
    pub width: Width,
    pub display_name: String,
    /// Keys whose recommenders look at this one.
    pub dependents: Vec<String>,
    pub recommender: Option<Arc<dyn Recommender>>,
    /// Parsed as others, but not shown to users.
    pub internal: bool,
}

impl ConfigKey {
    pub fn new(name: impl Into<String>, ty: ConfigType) -> Self {
        let name = name.into();
        Self {
            display_name: name.clone(),
            name,
            ty,
            default: None,
            validator: None,
            importance: Importance::Medium,
            documentation: String::new(),
            group: None,
            order_in_group: -1,
            width: Width::None,
            dependents: Vec::new(),
            recommender: None,
            internal: false,
        }
    }

    /// The value where the user sets none. It must be of the key's type, except that text is read as that type.
    pub fn default(mut self, value: impl Into<Parsed>) -> Self {
        let value = value.into();
        // A wrong default stays as it is, and `ConfigDef::problems` tells.
        self.default = Some(crate::parse_type(&self.name, value.clone(), self.ty).unwrap_or(value));
        self
    }

    /// The key may be left out, and is null then.
    pub fn optional(self) -> Self {
        self.default(Parsed::Null)
    }

    pub fn validator(mut self, validator: impl Validator + 'static) -> Self {
        self.validator = Some(Arc::new(validator));
        self
    }

    pub fn importance(mut self, importance: Importance) -> Self {
        self.importance = importance;
        self
    }

    pub fn doc(mut self, documentation: impl Into<String>) -> Self {
        self.documentation = documentation.into();
        self
    }

    pub fn group(mut self, group: impl Into<String>, order: i32) -> Self {
        self.group = Some(group.into());
        self.order_in_group = order;
        self
    }

    pub fn width(mut self, width: Width) -> Self {
        self.width = width;
        self
    }

    pub fn display(mut self, display_name: impl Into<String>) -> Self {
        self.display_name = display_name.into();
        self
    }

    pub fn dependents(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.dependents = names.into_iter().map(Into::into).collect();
        self
    }

    pub fn recommender(mut self, recommender: impl Recommender + 'static) -> Self {
        self.recommender = Some(Arc::new(recommender));
        self
    }

    pub fn internal(mut self) -> Self {
        self.internal = true;
        self
    }

    /// True if the user must set it.
    pub fn is_required(&self) -> bool {
        self.default.is_none()
    }
}
