//! From a connector's division of its work to the configurations of its tasks.

use connect_api::{ConnectError, Factory, java};
use connect_config::Props;
use connect_core::config::restore_variables;

/// What a connector made of its work, with what the framework adds to every task. `written` is the connector's configuration
/// with its variables, which its tasks get too; `resolved` is the same without.
pub(crate) fn finished(
    configs: Vec<Props>,
    factory: &Factory,
    written: &Props,
    resolved: &Props,
) -> Result<Vec<Props>, ConnectError> {
    check_count(resolved, configs.len())?;
    let of_task = |mut task| {
        restore_variables(written, &mut task);
        framework_keys(task, task_class(factory), written)
    };
    Ok(configs.into_iter().map(of_task).collect())
}

/// Source: Apache Kafka, `Worker.checkTasksMax`.
/// # Errors
/// There are more tasks than `tasks.max`, and `tasks.max.enforce` is not switched off.
pub(crate) fn check_count(config: &Props, tasks: usize) -> Result<(), ConnectError> {
    let max = tasks_max(config);
    if tasks <= max {
        return Ok(());
    }
    let name = config.get("name").unwrap_or_default();
    let message = format!(
        "The connector {name} has generated {tasks} tasks, which is greater than {max}, the maximum number of tasks it is configured to create. "
    );
    if config.get("tasks.max.enforce").is_some_and(|enforce| enforce.trim().eq_ignore_ascii_case("false")) {
        tracing::warn!(
            "{message}This behaviour should be considered a bug and will be disallowed in future releases of Kafka Connect. Please report this to the maintainers of the connector and request that they adjust their connector's taskConfigs() method to respect the maxTasks parameter."
        );
        return Ok(());
    }
    Err(ConnectError::new(
        "org.apache.kafka.connect.runtime.TooManyTasksException",
        format!(
            "{message}This behaviour should be considered a bug and is disallowed. If necessary, it can be permitted by reconfiguring the connector with 'tasks.max.enforce' set to false; however, this option will be removed in a future release of Kafka Connect."
        ),
    ))
}

/// Adds what the framework gives every task, in the order of Java's HashMap, which REST shows.
fn framework_keys(mut task: Props, task_class: &str, connector: &Props) -> Props {
    task.insert("task.class", task_class);
    for key in ["topics", "topics.regex"] {
        if let Some(value) = connector.get(key) {
            task.insert(key, value);
        }
    }
    let keys: Vec<&str> = task.keys().collect();
    let order = java::hash_map_order(&keys);
    order.into_iter().map(|at| (keys[at], task.get(keys[at]))).collect()
}

pub(crate) fn task_class(factory: &Factory) -> &'static str {
    match factory {
        Factory::Source { task_class, .. } | Factory::Sink { task_class, .. } => task_class,
        _ => "",
    }
}

pub(crate) fn tasks_max(config: &Props) -> usize {
    config.get("tasks.max").and_then(|max| max.trim().parse().ok()).unwrap_or(1)
}

pub(crate) fn connector_gone() -> ConnectError {
    ConnectError::connect("The connector has ended unexpectedly")
}
