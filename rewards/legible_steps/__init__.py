"""The completion can be shown to a judge as numbered steps."""
