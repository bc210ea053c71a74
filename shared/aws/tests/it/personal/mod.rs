//! Personal data in events: sealed wherever it is stored, readable with its person's key, and unreadable without.

mod calls;
mod consumers;
mod guests;
mod keys;
mod store;
