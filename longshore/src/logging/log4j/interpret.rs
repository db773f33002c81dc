//! What a configuration means here: its levels, and what of it has no effect.

use connect_core::loggers::LogLevel;

use super::super::environment::JavaOptions;
use super::Log4j;
use super::lookup::Variables;
use super::node::Node;

/// Adds what one file says.
pub(super) fn add(log4j: &mut Log4j, file: &str, root: &Node, options: &JavaOptions) {
    let properties = root.all("Properties").flat_map(|properties| properties.all("Property"));
    let properties = properties.filter_map(|property| {
        Some((property.attribute("name")?.to_owned(), property.attribute("value").unwrap_or_default().to_owned()))
    });
    let variables = Variables {
        properties: properties.collect(),
        system: options.all(),
        environment: &|name| std::env::var(name).ok(),
    };
    // Files of the first generation have no element around their loggers.
    let loggers = root.all("Loggers").flat_map(|loggers| &loggers.children).chain(&root.children);
    for (logger, name) in loggers.filter_map(|node| Some((node, logger_name(node)?))) {
        match level(logger, &variables) {
            Ok(None) => {}
            Ok(Some(level)) => set(log4j, &name, &variables, level),
            Err(Unclear) => log4j.problems.push(format!(
                "The log4j configuration {file} gives {} no level that is known: use one of OFF, FATAL, ERROR, WARN, INFO, DEBUG, TRACE, ALL",
                name.as_deref().map_or_else(|| "the root logger".to_owned(), |name| format!("the logger {name}")),
            )),
        }
    }
    log4j.unused.extend(unused(root));
}

/// `Some(None)` is the root logger, `None` no logger at all.
fn logger_name(node: &Node) -> Option<Option<String>> {
    let is = |kinds: &[&str]| kinds.iter().any(|kind| node.is(kind));
    if is(&["Root", "AsyncRoot"]) {
        return Some(None);
    }
    let name = || node.attribute("name").unwrap_or_default().to_owned();
    is(&["Logger", "AsyncLogger", "category"]).then(|| Some(name()).filter(|name| !name.is_empty()))
}

fn set(log4j: &mut Log4j, name: &Option<String>, variables: &Variables<'_>, level: LogLevel) {
    match name {
        None => log4j.levels.set_root(level),
        Some(name) => {
            let name = variables.resolve(name).unwrap_or_else(|| name.clone());
            log4j.levels.set(&name, level);
        }
    }
}

/// A level that cannot be made out.
struct Unclear;

/// `None` leaves it to the logger above.
fn level(logger: &Node, variables: &Variables<'_>) -> Result<Option<LogLevel>, Unclear> {
    let of_first = || logger.children.iter().find(|child| child.is("level") || child.is("priority"));
    let text = logger.attribute("level").or_else(|| logger.attribute("levelAndRefs"));
    let Some(text) = text.or_else(|| of_first()?.attribute("value")) else { return Ok(None) };
    let text = variables.resolve(text).ok_or(Unclear)?;
    let text = text.split(',').next().unwrap_or_default().trim();
    if text.is_empty() || text.eq_ignore_ascii_case("inherited") || text.eq_ignore_ascii_case("null") {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| Unclear)
}

/// Appenders that do not write to the console, filters, and a threshold for all. Layouts go without saying.
fn unused(root: &Node) -> Vec<String> {
    let of_second = root.all("Appenders").flat_map(|appenders| &appenders.children);
    let of_first = root.all("appender");
    let others =
        root.children.iter().filter(|node| node.kind().to_lowercase().ends_with("filter") || node.is("Filters"));
    let elsewhere = of_second.chain(of_first).filter(|appender| !writes_to_console(appender));
    elsewhere.chain(others).map(title).collect()
}

fn writes_to_console(appender: &Node) -> bool {
    let class = appender.attribute("class").unwrap_or(appender.kind());
    class.eq_ignore_ascii_case("Console") || class.ends_with("ConsoleAppender")
}

/// `RollingFile ConnectAppender`.
fn title(node: &Node) -> String {
    let kind = node.attribute("class").unwrap_or(node.kind());
    let kind = kind.rsplit('.').next().unwrap_or(kind);
    match node.attribute("name") {
        Some(name) => format!("{kind} {name}"),
        None => kind.to_owned(),
    }
}
