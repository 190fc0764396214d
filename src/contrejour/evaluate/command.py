add_eval_parser = run_eval = None
