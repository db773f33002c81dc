//! The three converters of a task.

use std::sync::Arc;

use connect_api::{ConnectError, Conversion, Converter, HeaderConverter};

use crate::errors::{ErrorHandler, Failure, Halt, Retries};

/// Converters as the task's and the worker's configuration name them.
pub(crate) struct Converters {
    pub key: Named<Box<dyn Converter>>,
    pub value: Named<Box<dyn Converter>>,
    pub header: Named<Arc<dyn HeaderConverter>>,
}

/// A plugin and the Java class it stands for.
pub(crate) struct Named<T> {
    pub class: &'static str,
    pub plugin: T,
}

/// Calls a converter: once more after what it had to wait for, and again as the connector's retries allow.
/// `failure` makes the failure of an error.
/// # Errors
/// The record is at fault, or the task is stopping.
pub(crate) async fn converted<T>(
    errors: &ErrorHandler,
    failure: impl Fn(ConnectError) -> Failure,
    mut call: impl FnMut() -> Result<Conversion<T>, ConnectError>,
) -> Result<T, Halt> {
    let mut retries = Retries::default();
    loop {
        match once(&mut call).await {
            Ok(value) => return Ok(value),
            Err(error) => errors.try_again(&mut retries, &failure, error).await?,
        }
    }
}

async fn once<T>(call: &mut impl FnMut() -> Result<Conversion<T>, ConnectError>) -> Result<T, ConnectError> {
    // Two waits are plenty: one for what the converter lacks, one if its cache lost that again meanwhile.
    for _ in 0..3 {
        match call()? {
            Conversion::Ready(value) => return Ok(value),
            Conversion::Pending(fetch) => fetch.await?,
        }
    }
    Err(ConnectError::connect("The converter is still waiting for data that it has already been given"))
}
