//! The Lambda function `get-dashboard`.

use std::sync::Arc;

use insights::{GetDashboard, Rows, refresh_dashboard::DASHBOARD};
use tidings_aws::lambda;
use tidings_core::clock::SystemClock;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::endpoint(async |setting| {
        let name = setting.tables.get(DASHBOARD.name)?;
        Ok(GetDashboard {
            counters: Rows::new(setting.dynamodb.clone(), &DASHBOARD, name),
            clock: Arc::new(SystemClock),
        })
    })
    .await
}
