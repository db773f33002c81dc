//! `log4j2.properties`, and `log4j.properties` of the first generation.

use std::collections::BTreeSet;

use connect_config::{Props, properties};

use super::node::{Node, ParseError};

/// Log4j 2: `rootLogger.level=INFO`, `logger.x.name=a.b`, `logger.x.level=WARN`; or `rootLogger=INFO, STDOUT`.
pub(super) fn second(bytes: &[u8]) -> Result<Node, ParseError> {
    let props = properties::parse(bytes)?;
    let mut loggers = Node::named("Loggers");
    loggers.children.extend(root(&props));
    loggers.children.extend(ids(&props, "logger.").into_iter().filter_map(|id| logger(&props, id)));
    let mut appenders = Node::named("Appenders");
    appenders.children.extend(ids(&props, "appender.").into_iter().map(|id| {
        let given = |what: &str| props.get(&format!("appender.{id}.{what}")).unwrap_or(id).to_owned();
        Node::named(given("type")).with("name", given("name"))
    }));
    let variables = variables(props.iter().filter_map(|(key, value)| Some((key.strip_prefix("property.")?, value?))));
    Ok(Node { name: "Configuration".to_owned(), attributes: Vec::new(), children: vec![variables, appenders, loggers] })
}

fn root(props: &Props) -> Option<Node> {
    if let Some(level) = props.get("rootLogger.level") {
        return Some(Node::named("Root").with("level", level));
    }
    props.get("rootLogger").map(|level| Node::named("Root").with("levelAndRefs", level))
}

fn logger(props: &Props, id: &str) -> Option<Node> {
    let name = props.get(&format!("logger.{id}.name"))?;
    let logger = Node::named("Logger").with("name", name);
    Some(match (props.get(&format!("logger.{id}.level")), props.get(&format!("logger.{id}"))) {
        (Some(level), _) => logger.with("level", level),
        (None, Some(both)) => logger.with("levelAndRefs", both),
        (None, None) => logger,
    })
}

/// What stands between `prefix` and the next dot.
fn ids<'a>(props: &'a Props, prefix: &str) -> BTreeSet<&'a str> {
    let rest = props.keys().filter_map(|key| key.strip_prefix(prefix));
    rest.filter_map(|rest| rest.split('.').next()).collect()
}

fn variables<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Node {
    let children = pairs.map(|(name, value)| Node::named("Property").with("name", name).with("value", value));
    Node { children: children.collect(), ..Node::named("Properties") }
}

/// Log4j 1: `log4j.rootLogger=INFO, stdout`, `log4j.logger.a.b=WARN`.
pub(super) fn first(bytes: &[u8]) -> Result<Node, ParseError> {
    let props = properties::parse(bytes)?;
    let mut loggers = Node::named("Loggers");
    let root = props.get("log4j.rootLogger").or_else(|| props.get("log4j.rootCategory"));
    loggers.children.extend(root.map(|level| Node::named("Root").with("levelAndRefs", level)));
    let mut appenders = Node::named("Appenders");
    for (key, value) in props.iter() {
        let value = value.unwrap_or_default();
        if let Some(name) = key.strip_prefix("log4j.logger.").or_else(|| key.strip_prefix("log4j.category.")) {
            loggers.children.push(Node::named("Logger").with("name", name).with("levelAndRefs", value));
        } else if let Some(name) = key.strip_prefix("log4j.appender.").filter(|name| !name.contains('.')) {
            appenders.children.push(Node::named("appender").with("name", name).with("class", value));
        } else if key == "log4j.threshold" {
            appenders.children.push(Node::named("threshold"));
        }
    }
    // Any key may be a variable of another.
    let variables = variables(props.iter().filter_map(|(key, value)| Some((key, value?))));
    Ok(Node { name: "Configuration".to_owned(), attributes: Vec::new(), children: vec![variables, appenders, loggers] })
}
