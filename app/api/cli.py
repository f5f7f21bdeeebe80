"""Commands for the one who runs Earpiece: `flask --app app.api.factory token create NAME`, and the like."""

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import select

from app.api import accounts, failed_summaries, failed_windows, refused_rows
from app.api.complaint import database_or_complaint
from app.models import Role, User

token = AppGroup("token", help="API tokens for machines.")
user = AppGroup("user", help="People who sign in.")


def register(app: Flask) -> None:
    """Add the commands to `flask --app app.api.factory`."""
    app.cli.add_command(token)
    app.cli.add_command(user)
    app.cli.add_command(failed_windows.windows)
    app.cli.add_command(failed_summaries.summaries)
    app.cli.add_command(refused_rows.rows)
    app.cli.add_command(first_admin)


@token.command("create")
@click.argument("name")
def create_token(name: str) -> None:
    """Print a new token for the machine NAME, this once. An earlier token of that name ends."""
    with database_or_complaint() as db:
        secret, replaced = accounts.issue_token(db, name)
    if replaced:
        click.echo(f"The earlier token of {name} is revoked; running servers forget it within a minute.")
    click.echo("Keep it now, it is not shown again:")
    click.echo(secret)


@token.command("revoke")
@click.argument("name")
def revoke_token(name: str) -> None:
    """End the token of the machine NAME."""
    with database_or_complaint() as db:
        if not accounts.revoke_token(db, name):
            raise click.ClickException(f"There is no token named {name}.")
    click.echo(f"The token of {name} is revoked; running servers forget it within a minute.")


@user.command("create")
@click.argument("name")
@click.argument("email")
@click.option("--role", type=click.Choice([str(role) for role in Role]), default=str(Role.AGENT))
@click.option("--team", default=None)
def create_user(name: str, email: str, role: str, team: str | None) -> None:
    """Add a person and print their password, this once."""
    password = accounts.new_password()
    with database_or_complaint() as db:
        if not accounts.add_user(db, name, email, Role(role), password, team):
            raise click.ClickException(f"{email} is already somebody's address.")
    click.echo(f"{name} signs in as {accounts.normal(email)} with this password, which is not shown again:")
    click.echo(password)


@user.command("disable")
@click.argument("email")
def disable_user(email: str) -> None:
    """Shut a person out. Their calls keep their name."""
    with database_or_complaint() as db:
        if not accounts.disable_user(db, email):
            raise click.ClickException(f"Nobody has the address {email}.")
    click.echo(f"{email} is shut out; running servers forget them within a minute.")


@click.command("first-admin")
def first_admin() -> None:
    """On the first start, add an admin and print the password as the last line. Later, print nothing."""
    password = accounts.new_password()
    with database_or_complaint() as db:
        if db.scalar(select(User.id).where(User.role == Role.ADMIN).limit(1)):
            return
        if not accounts.add_user(db, "Admin", accounts.FIRST_ADMIN_EMAIL, Role.ADMIN, password):
            return
    click.echo(
        f"The first admin signs in as {accounts.FIRST_ADMIN_EMAIL} with this password, not shown again:"
    )
    click.echo(password)
