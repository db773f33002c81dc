//! Which protocol transactions follow: the level of `transaction.version`.

use kafka_client::admin::Admin;

use crate::apache::Apache;
use crate::{Failure, topics};

const FEATURE: &str = "transaction.version";

/// Brings the cluster to this level, up or down.
pub(crate) async fn set_transaction_version(apache: &Apache, level: i16) -> Result<(), Failure> {
    let features = Admin::new(topics::cluster(&apache.direct())?).describe_features().await?;
    let change = match features.finalized.get(FEATURE).map_or(0, |range| range.max) {
        now if now == level => return Ok(()),
        now if now > level => "downgrade",
        _ => "upgrade",
    };
    let wanted = format!("{FEATURE}={level}");
    apache.tool("org.apache.kafka.tools.FeatureCommand", &[change, "--feature", &wanted]).await.map(drop)
}
