//! The program: arguments, logging, panic hook; nothing else.

fn main() {}
