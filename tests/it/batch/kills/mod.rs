//! A list of mailboxes through whatever ends a run, to its end.

mod anywhere;
mod books;
mod driver;
mod field;
mod later;
mod moments;
mod people;
