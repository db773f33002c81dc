//! Values of type CLASS: there is no JVM, so a class is a name and what is known about it.

use std::fmt;
use std::sync::Arc;

/// A class that a resolver knows, by its full Java name.
#[derive(Clone, PartialEq, Eq)]
pub struct Class {
    name: Arc<str>,
    shape: Option<Arc<ClassShape>>,
}

/// What validators ask about a class before anything creates an instance of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClassShape {
    /// The plugin interfaces it implements, by full name.
    pub implements: Vec<String>,
    /// An abstract class or an interface: no instance can be made of it.
    pub is_abstract: bool,
    /// The full names of concrete classes nested in it that the user may have meant.
    pub concrete_nested: Vec<String>,
}

impl Class {
    /// A class of which nothing but the name is known: validators give it the benefit of the doubt.
    pub fn named(name: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), shape: None }
    }

    pub fn with_shape(name: impl Into<Arc<str>>, shape: ClassShape) -> Self {
        Self { name: name.into(), shape: Some(Arc::new(shape)) }
    }

    /// The full Java name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name without package and enclosing class.
    pub fn simple_name(&self) -> &str {
        self.name.rsplit(['.', '$']).next().unwrap_or(&self.name)
    }

    pub fn shape(&self) -> Option<&ClassShape> {
        self.shape.as_deref()
    }
}

impl fmt::Debug for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Class({})", self.name)
    }
}

/// As Java prints a `Class`: `class org.acme.Thing`.
impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "class {}", self.name)
    }
}

/// Says which class a name stands for; called once for each CLASS value that is parsed.
pub trait ClassResolver {
    /// Finds a class by full name or alias. `None` becomes the error `Class {name} could not be found.`
    fn resolve(&self, name: &str) -> Option<Class>;
}

impl<F: Fn(&str) -> Option<Class>> ClassResolver for F {
    fn resolve(&self, name: &str) -> Option<Class> {
        self(name)
    }
}

/// Accepts whatever could be the name of a Java class.
#[derive(Debug, Clone, Copy, Default)]
pub struct AnyClass;

impl ClassResolver for AnyClass {
    fn resolve(&self, name: &str) -> Option<Class> {
        name.split('.').all(is_java_identifier).then(|| Class::named(name))
    }
}

fn is_java_identifier(part: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    part.chars().next().is_some_and(|first| word(first) && !first.is_numeric()) && part.chars().all(word)
}
