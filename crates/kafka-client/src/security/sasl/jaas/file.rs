//! The login configuration file: `Context { class flag name="value" …; … };`, of which `KafkaClient` is for clients.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::path::Path;

use super::tokens::{Token, Tokens};
use super::{LoginModule, is_control_flag};
use crate::KafkaError;
use crate::security::file;
use crate::security::secret::Secret;
use crate::security::system_properties::SystemProperties;

const CONTEXT: &str = "KafkaClient";
const PROPERTY: &str = "java.security.auth.login.config";
/// Longer files are no login configurations.
const BYTES_MAX: u64 = 1 << 20;

/// The modules of `KafkaClient` in the file that the system property names.
pub(super) fn load(system: &SystemProperties) -> Result<Vec<LoginModule>, KafkaError> {
    // A second equals sign is how Java is told that no other file counts.
    let path = system.get(PROPERTY).map(|path| path.strip_prefix('=').unwrap_or(path));
    let Some(path) = path else { return Err(missing("not set")) };
    let text = read(path).map_err(|why| KafkaError::config(format!("{PROPERTY}: {path} ({why})")))?;
    let mut contexts = parse(&text, system).map_err(|why| KafkaError::config(format!("{path}: {why}")))?;
    contexts.remove(CONTEXT).ok_or_else(|| missing(path))
}

fn missing(property: &str) -> KafkaError {
    KafkaError::config(format!(
        "Could not find a '{CONTEXT}' entry in the JAAS configuration. System property '{PROPERTY}' is {property}; set \
         sasl.jaas.config, or name the file in KAFKA_OPTS"
    ))
}

fn read(path: &str) -> Result<String, String> {
    let path = path.strip_prefix("file://").or_else(|| path.strip_prefix("file:")).unwrap_or(path);
    let bytes = file::read(Path::new(path), BYTES_MAX).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
}

type Contexts = BTreeMap<String, Vec<LoginModule>>;

/// All contexts of a file.
pub(super) fn parse(text: &str, system: &SystemProperties) -> Result<Contexts, String> {
    let tokens = Tokens::new(text, "-_$*");
    let mut parser = Parser { tokens: Lines(tokens).peekable(), system, line: 1 };
    let mut contexts = Contexts::new();
    while parser.tokens.peek().is_some() {
        let (name, modules) = parser.context()?;
        if contexts.contains_key(&name) {
            return Err(error(&format!("Can not specify multiple entries for {name}")));
        }
        contexts.insert(name, modules);
    }
    Ok(contexts)
}

/// Each token with its line.
struct Lines<'a>(Tokens<'a>);

impl Iterator for Lines<'_> {
    type Item = (Token, usize);

    fn next(&mut self) -> Option<(Token, usize)> {
        let token = self.0.next()?;
        Some((token, self.0.line))
    }
}

struct Parser<'a> {
    tokens: Peekable<Lines<'a>>,
    system: &'a SystemProperties,
    line: usize,
}

impl Parser<'_> {
    fn context(&mut self) -> Result<(String, Vec<LoginModule>), String> {
        let name = self.text("module class name")?;
        self.sign('{')?;
        let mut modules = Vec::new();
        while !self.at('}') {
            modules.push(self.module()?);
        }
        self.sign('}')?;
        self.sign(';')?;
        Ok((name, modules))
    }

    fn module(&mut self) -> Result<LoginModule, String> {
        let class = self.text("module class name")?;
        let flag = self.text("controlFlag")?;
        if !is_control_flag(&flag) {
            return Err(error("Invalid control flag"));
        }
        let mut options = BTreeMap::new();
        while !self.at(';') {
            let name = self.text("option key")?;
            self.sign('=')?;
            let value = self.text("option value")?;
            options.insert(name, Secret::new(self.expand(&value)?));
        }
        self.sign(';')?;
        Ok(LoginModule { class: self.expand(&class)?, options })
    }

    fn at(&mut self, sign: char) -> bool {
        self.tokens.peek().is_some_and(|(token, _)| *token == Token::Sign(sign))
    }

    fn take(&mut self, expected: &str) -> Result<Token, String> {
        let next = self.tokens.next();
        let (token, line) = next.ok_or_else(|| error(&format!("expected [{expected}], read [end of file]")))?;
        self.line = line;
        Ok(token)
    }

    fn text(&mut self, expected: &str) -> Result<String, String> {
        match self.take(expected)? {
            Token::Word(text) | Token::Quoted(text) => Ok(text),
            Token::Sign(found) => Err(self.unexpected(expected, &found.to_string())),
            Token::Number => Err(self.unexpected(expected, "null")), // Java's word for it; quotes make it a value
        }
    }

    fn sign(&mut self, wanted: char) -> Result<(), String> {
        match self.take(&wanted.to_string())? {
            Token::Sign(sign) if sign == wanted => Ok(()),
            // A text here may be a value whose quotes are missing: it is not shown.
            Token::Sign(found) => Err(self.unexpected(&wanted.to_string(), &found.to_string())),
            _ => Err(self.unexpected(&wanted.to_string(), "a text")),
        }
    }

    fn unexpected(&self, expected: &str, found: &str) -> String {
        error(&format!("Line {}: expected [{expected}], found [{found}]", self.line))
    }

    /// Replaces each `${name}` by the system property, `${/}` by the separator of paths.
    fn expand(&self, value: &str) -> Result<String, String> {
        let (mut expanded, mut rest) = (String::new(), value);
        while let Some((before, after)) = rest.split_once("${") {
            let Some((name, after)) = after.split_once('}') else { break };
            expanded.push_str(before);
            let property = if name == "/" { Some("/") } else { self.system.get(name) };
            let known = property.ok_or_else(|| error("Unable to properly expand a value's ${…}"))?;
            expanded.push_str(known);
            rest = after;
        }
        expanded.push_str(rest);
        Ok(expanded)
    }
}

fn error(what: &str) -> String {
    format!("Configuration Error:\n\t{what}")
}
