//! Validators of CLASS values. Where nothing but a class's name is known they accept it.

use super::Validator;
use crate::{Class, ConfigException, Parsed};

/// A class that implements an interface and is not abstract; null is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConcreteSubclass {
    interface: String,
}

impl ConcreteSubclass {
    /// `interface` is a full Java name.
    pub fn of(interface: impl Into<String>) -> Self {
        Self { interface: interface.into() }
    }
}

impl Validator for ConcreteSubclass {
    fn ensure_valid(&self, _name: &str, value: &Parsed) -> Result<(), ConfigException> {
        value.as_class().map_or(Ok(()), |class| ensure_concrete_subclass(class, &self.interface))
    }

    fn describe(&self) -> String {
        format!("A concrete subclass of {}", self.interface)
    }
}

pub(super) fn ensure_concrete_subclass(class: &Class, interface: &str) -> Result<(), ConfigException> {
    let Some(shape) = class.shape() else { return Ok(()) };
    if !shape.implements.iter().any(|implemented| implemented == interface) {
        let simple = interface.rsplit(['.', '$']).next().unwrap_or(interface);
        return Err(ConfigException::new(format!("Class {class} does not implement the {simple} interface")));
    }
    ensure_concrete(class)
}

fn ensure_concrete(class: &Class) -> Result<(), ConfigException> {
    let Some(shape) = class.shape().filter(|shape| shape.is_abstract) else { return Ok(()) };
    let mut message = "This class is abstract and cannot be created.".to_owned();
    if !shape.concrete_nested.is_empty() {
        message.push_str(&format!(" Did you mean {}?", shape.concrete_nested.join(", ")));
    }
    Err(ConfigException::new(message))
}

/// A class of which an instance can be made; null is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InstantiableClass;

impl Validator for InstantiableClass {
    fn ensure_valid(&self, _name: &str, value: &Parsed) -> Result<(), ConfigException> {
        value.as_class().map_or(Ok(()), ensure_concrete)
    }

    fn describe(&self) -> String {
        "A class with a public, no-argument constructor".to_owned()
    }
}
