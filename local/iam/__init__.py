"""Who may do what: AWS's decision on each call, made in front of moto, which makes none that can be trusted.

    patterns, conditions, statements    what a policy says
    calls                               what a request asks for, as (action, resource, context)
    signatures                          who asks
    access                              the decision, and what was used of what is granted
    refusals                            how each service words a no

Whatever is not known here (an element of a policy, an operator, a key, an action, a service) raises: to guess would be
to allow or deny something that AWS does not.
"""
