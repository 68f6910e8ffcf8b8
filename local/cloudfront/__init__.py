"""CloudFront: distributions that are deployed in moto answer as their behaviours say.

    policies        cache and response-headers policies, which moto has not, and what else it leaves out
    distribution    a distribution as it was deployed
    edge            an answer to a visitor: from the page's bucket, or from an API
    bucket          its objects, as far as the distribution may read them
    headers         what a response-headers policy makes of an answer
    compression     smaller on the wire
    addresses       where a site answers here

Nothing is kept: each answer comes from its origin, as if the edge had just asked whether it was still good.
"""
