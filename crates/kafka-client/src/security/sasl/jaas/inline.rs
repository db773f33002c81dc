//! `sasl.jaas.config`: `class flag name=value …;`, the file's syntax without its braces.

use std::collections::BTreeMap;

use super::tokens::{Token, Tokens};
use super::{LoginModule, is_control_flag};
use crate::security::secret::Secret;

/// The modules of the text, at least one.
/// # Errors
/// Java's text for what is wrong; it shows names, never what may be a piece of a value.
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
    if !is_control_flag(&flag) {
        return Err("Invalid login module control flag in JAAS config".to_owned());
    }
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
            (Some(key), None) if is_assigned => {
                return Err(format!("Value not specified for key '{key}' in JAAS config"));
            }
            // What is no key may be a piece of a password whose quotes are wrong.
            _ => return Err("Value not specified for a key in JAAS config; are all values quoted?".to_owned()),
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
