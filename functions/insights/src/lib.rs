//! The insights service: what the shop learns from its events, and tells the systems that look after customers.

pub mod get_dashboard;
pub mod get_recommendations;
pub mod refresh_dashboard;
pub mod rows;
pub mod spread;
pub mod sync_crm;
pub mod track_analytics;
pub mod update_recommendations;

pub use get_dashboard::GetDashboard;
pub use get_recommendations::GetRecommendations;
pub use refresh_dashboard::RefreshDashboard;
pub use rows::Rows;
pub use spread::Spread;
pub use sync_crm::SyncCrm;
pub use track_analytics::TrackAnalytics;
pub use update_recommendations::UpdateRecommendations;

use tidings_aws::Service;

const SERVICE: &str = env!("CARGO_PKG_NAME");

/// What the service consists of.
#[must_use]
pub fn service() -> Service {
    Service::new(SERVICE)
        .query(get_recommendations::function())
        .query(get_dashboard::function())
        .consumer(track_analytics::function())
        .consumer(update_recommendations::function())
        .consumer(refresh_dashboard::function())
        .consumer(sync_crm::function())
}
