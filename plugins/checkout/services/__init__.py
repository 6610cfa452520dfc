"""What is done with bills of visits and deposits, one act a module."""
