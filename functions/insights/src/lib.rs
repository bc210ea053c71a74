//! The insights service: what the shop learns from its events.

pub mod track_analytics;

pub use track_analytics::TrackAnalytics;

const SERVICE: &str = env!("CARGO_PKG_NAME");
