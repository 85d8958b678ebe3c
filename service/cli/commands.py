"""The commands, in the order that `touchstone --help` lists them."""

import typer

from service.cli import calibrate, catalogue, demo, judge_server, keys, lint, record, score, serve, stress, teams, train
from service.cli.filter import filter_rows
from service.cli.rescore import rescore

app = typer.Typer(
    help="Versioned rewards for language models in training: serve them, read them, try them, train with them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)
app.command("serve")(serve.serve)
app.command("list")(catalogue.list_rewards)
app.command("show")(catalogue.show_reward)
app.command("score")(score.score)
app.command("stress")(stress.stress)
app.command("lint")(lint.lint)
app.add_typer(keys.app, name="keys")
app.add_typer(teams.app, name="teams")
app.command("judge-server")(judge_server.judge_server)
app.command("filter")(filter_rows)
app.command("rescore")(rescore)
app.command("calibrate")(calibrate.calibrate)
app.add_typer(record.app, name="record")
app.command("train")(train.train)
app.command("demo")(demo.demo)
