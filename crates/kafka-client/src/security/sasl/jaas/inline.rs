//! `sasl.jaas.config`: `class flag name=value …;`, the file's syntax without its braces.

use std::collections::BTreeMap;

use super::tokens::{Token, Tokens};
use super::{LoginModule, control_flag};
use crate::security::secret::Secret;

/// The modules of the text, at least one.
/// # Errors
/// Java's text for what is wrong; it shows names, never values.
pub(super) fn parse(text: &str) -> Result<Vec<LoginModule>, String> {
    let mut tokens = Tokens::new(text, "-_$");
    let mut modules = Vec::new();
    while let Some(class) = tokens.next() {
        modules.push(module(class, &mut tokens)?);
    }
    match modules.is_empty() {
        true => Err("Login module not specified in JAAS config".to_owned()),
        false => Ok(modules),
    }
}

fn module(class: Token, tokens: &mut Tokens<'_>) -> Result<LoginModule, String> {
    let flag = tokens.next().ok_or("Login module control flag not specified in JAAS config")?;
    let flag = text(flag).ok_or("Login module control flag is not available in the JAAS config")?;
    control_flag(&flag).map_err(|_| format!("Invalid login module control flag '{flag}' in JAAS config"))?;
    let options = options(tokens)?;
    let class = text(class).filter(|class| !class.is_empty());
    Ok(LoginModule { class: class.ok_or("Login module not specified in JAAS config")?, options })
}

fn options(tokens: &mut Tokens<'_>) -> Result<BTreeMap<String, Secret>, String> {
    let mut options = BTreeMap::new();
    loop {
        let key = match tokens.next() {
            None => return Err("JAAS config entry not terminated by semi-colon".to_owned()),
            Some(Token::Sign(';')) => return Ok(options),
            Some(key) => text(key),
        };
        let is_assigned = tokens.next() == Some(Token::Sign('='));
        let value = if is_assigned { tokens.next().and_then(text) } else { None };
        match (key, value) {
            (Some(key), Some(value)) => options.insert(key, Secret::new(value)),
            (key, _) => {
                let key = key.as_deref().unwrap_or("null").to_owned();
                return Err(format!("Value not specified for key '{key}' in JAAS config"));
            }
        };
    }
}

/// A sign and a number have none, in Java too: quotes make a number a value.
fn text(token: Token) -> Option<String> {
    match token {
        Token::Word(text) | Token::Quoted(text) => Some(text),
        Token::Number | Token::Sign(_) => None,
    }
}
