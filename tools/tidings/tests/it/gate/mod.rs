//! `tidings schema check` over the storefront's own contracts: each kind of change that has published rules is made to one of
//! them, and the gate must say what docs/schema-rules.md says of it, name who reads it, and exit with 1.

mod declared;
mod kinds;
mod shop;
