# The daily commands; `just` lists them.

# Lists the commands.
default:
    @just --list --unsorted

# What a fresh machine needs, with what tests need.
setup:
    ./setup --tests

# Formats, looks for mistakes, builds the API documentation; the fast part of the gate.
check:
    cargo fmt --all
    cargo clippy --workspace --all-targets --locked -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

# All tests, or those whose names contain a word: `just test balance`.
test *words:
    cargo test --workspace {{words}}

# The tests of a file of tests/: `just integration commands`.
integration file *words:
    cargo test --test {{file}} {{words}}

# The program, built for speed: `just run validate scenarios/drive-step.toml`.
run *arguments:
    cargo run --release -- {{arguments}}

# The statements of the theory that take little time.
claims:
    cargo run --release -- claims --quick

# The book, into target/book/html; opens nothing.
book:
    cargo build --release --locked
    cargo run --locked --manifest-path docs/book/Cargo.toml --target-dir target/book -- target/release/equipoise

# The API documentation, into target/doc, with its equations drawn.
api:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked
    cargo run --locked --manifest-path docs/book/Cargo.toml --target-dir target/book -- api target/doc

# Licences, sources and advisories of all crates (cargo install cargo-deny).
deny:
    cargo deny check

# The gate, as it runs for a pull request.
gate:
    .ci/run
