//! The driver against a broker that says what the test wants.
