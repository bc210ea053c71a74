//! Who may ask for pages, and who may change something: the browser of somebody at this machine, on these pages alone.
//!
//! Loopback keeps other machines out, and not the pages of others in a browser on this one. So a
//! request has to name this machine ([`host`], against DNS rebinding), what changes something has
//! to come from these pages ([`origin`], against request forgery), and these pages let themselves
//! do nothing else ([`policy`]).

pub mod host;
pub mod origin;
pub mod policy;
