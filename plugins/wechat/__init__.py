"""The official account, WeChat Pay and the mini program."""
