//! One property of a client, as a constant.

use connect_config::{ConfigKey, ConfigType, Importance};

use super::usage::Usage;
use super::valid::Valid;

/// A key of Java's, and what this client makes of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) name: &'static str,
    ty: ConfigType,
    default: Unset,
    valid: Valid,
    importance: Importance,
    internal: bool,
    doc: &'static str,
    pub(super) usage: Usage,
    /// Values beside the default with which nothing is lost if the key is unused or refused.
    pub(super) harmless: &'static [&'static str],
}

/// What holds where the user sets nothing.
#[derive(Clone, Copy, Debug)]
enum Unset {
    Required,
    Null,
    Text(&'static str),
}

/// A key with a default, which is read as text of its type.
pub(super) const fn key(
    name: &'static str,
    ty: ConfigType,
    default: &'static str,
    importance: Importance,
    doc: &'static str,
) -> Row {
    row(name, ty, Unset::Text(default), importance, doc)
}

/// A key that is null where it is not set.
pub(super) const fn nullable(name: &'static str, ty: ConfigType, importance: Importance, doc: &'static str) -> Row {
    row(name, ty, Unset::Null, importance, doc)
}

/// A key that must be set.
pub(super) const fn required(name: &'static str, ty: ConfigType, importance: Importance, doc: &'static str) -> Row {
    row(name, ty, Unset::Required, importance, doc)
}

const fn row(name: &'static str, ty: ConfigType, default: Unset, importance: Importance, doc: &'static str) -> Row {
    let (valid, usage) = (Valid::Any, Usage::Used);
    Row { name, ty, default, valid, importance, internal: false, doc, usage, harmless: &[] }
}

impl Row {
    pub(super) const fn valid(self, valid: Valid) -> Row {
        Row { valid, ..self }
    }

    /// One client's default, where the others have another.
    pub(super) const fn by_default(self, default: &'static str) -> Row {
        Row { default: Unset::Text(default), ..self }
    }

    /// One client's importance, where the others have another.
    pub(super) const fn importance(self, importance: Importance) -> Row {
        Row { importance, ..self }
    }

    pub(super) const fn internal(self) -> Row {
        Row { internal: true, ..self }
    }

    /// It changes nothing here; the reason goes into the warning.
    pub(super) const fn unused(self, why: &'static str) -> Row {
        Row { usage: Usage::Unused(why), ..self }
    }

    /// A value other than the default must not be ignored; the reason goes into the error.
    pub(super) const fn refused(self, why: &'static str) -> Row {
        Row { usage: Usage::Refused(why), ..self }
    }

    /// Values that mean what this client does anyway.
    pub(super) const fn harmless(self, harmless: &'static [&'static str]) -> Row {
        Row { harmless, ..self }
    }

    pub(super) fn key(&self) -> ConfigKey {
        let mut key = ConfigKey::new(self.name, self.ty).importance(self.importance).doc(self.doc);
        key = match self.default {
            Unset::Required => key,
            Unset::Null => key.optional(),
            Unset::Text(text) => key.default(text),
        };
        key.validator = self.valid.validator();
        key.internal = self.internal;
        key
    }
}
